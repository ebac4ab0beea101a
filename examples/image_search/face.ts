/** A place in a photo, pixels from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle where something was found, and how many overlapping finds confirm it. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly neighbors: number;
}

/** The middle of a region. */
export function centre({ x, y, width, height }: Region): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** A face, as whoever looks for photos of people wants to know it. */
export class Face {
  constructor(readonly region: Region, readonly leftEye: Point, readonly rightEye: Point) {}

  /** The mid-point between the eyes. */
  get middle(): Point {
    return { x: (this.leftEye.x + this.rightEye.x) / 2, y: (this.leftEye.y + this.rightEye.y) / 2 };
  }

  /** Pixels from eye to eye. */
  get eyeDistance(): number {
    return Math.hypot(this.rightEye.x - this.leftEye.x, this.rightEye.y - this.leftEye.y);
  }

  /** How far the head is tilted towards a shoulder, and turned to a side, degrees; both estimates. */
  get pose(): { readonly roll: number; readonly yaw: number } {
    const roll = Math.atan2(this.rightEye.y - this.leftEye.y, this.rightEye.x - this.leftEye.x);
    const offset = (this.middle.x - centre(this.region).x) / (this.region.width / 2);
    return { roll: degrees(roll), yaw: degrees(Math.asin(Math.max(-1, Math.min(1, offset)))) };
  }
}

function degrees(radians: number): number {
  return radians * 180 / Math.PI;
}
