/**
 * The peer's page.
 *
 * @module
 */
export { type Dashboard, startDashboard } from "./dashboard.ts";
