import type { MigrationParts, MigrationService } from "./migration_service.ts";

export type { MigrationService };

/** In a variable, so that the engine doesn't read its modules before a session is wanted. */
const MODULE = "./migration_service.ts";

/** Serves an app's thread from now on. */
export async function openMigrationService(parts: MigrationParts): Promise<MigrationService> {
  const { MigrationService } = await import(MODULE) as typeof import("./migration_service.ts");
  return new MigrationService(parts);
}
