/** All planted bugs. */
import type { PlantedBug } from './bugs.ts'
import { SHOP_BUGS } from './shop/planted_bugs.ts'

export const PLANTED_BUGS: readonly PlantedBug[] = [...SHOP_BUGS]
