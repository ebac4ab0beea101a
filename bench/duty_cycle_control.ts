/** The words of memory that a duty cycle and its worker share. */

/** Index of the factor, in units of 1/FACTOR_SCALE. */
export const CONTROL_FACTOR = 0;
export const FACTOR_SCALE = 1000;

/** Index of the state: running at first; the owner asks to stop, the worker says that it has ended. */
export const CONTROL_STATE = 1;
export const STATE_RUNNING = 0;
export const STATE_STOP = 1;
export const STATE_ENDED = 2;
