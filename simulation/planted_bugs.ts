/** All planted bugs. Data alone: planted.ts reads it before any module under test is loaded. */
import { DOMAIN_BUGS } from './domain/planted_bugs.ts'
import { SHOP_BUGS } from './shop/planted_bugs.ts'

export type PlantedBug = (typeof DOMAIN_BUGS)[number] & {
  /** The level that finds it. */
  readonly level: string
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...DOMAIN_BUGS.map((bug) => ({ ...bug, level: 'domain' })),
  ...SHOP_BUGS,
]
