/** Who makes a recorded change: the id of an admin, `operator` (a command), or `system` (this service, by its schedule). */
export type Author = string
export const OPERATOR: Author = 'operator'
export const SYSTEM: Author = 'system'
