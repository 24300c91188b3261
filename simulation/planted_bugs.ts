/** All planted bugs. Data alone: planted.ts reads it before any module under test is loaded. */
import { PAYMENT_BUGS } from './domain/payments/planted_bugs.ts'
import { DOMAIN_BUGS } from './domain/planted_bugs.ts'
import { type PlantedBug, SHOP_BUGS } from './shop/planted_bugs.ts'

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...[...DOMAIN_BUGS, ...PAYMENT_BUGS].map((bug) => ({ ...bug, level: 'domain' })),
  ...SHOP_BUGS,
]
