/** The tables and walls of the series: pale, with one colour of their own that suits the thing. */
import { colour } from '../materials/material.ts'
import { weave } from '../materials/textile.ts'
import { planks, type Wood } from '../materials/wood.ts'
import type { Set } from '../render/backdrop.ts'

export const OAK: Wood = { light: colour('#b08c62'), dark: colour('#94714a'), pore: colour('#6d4e31') }
export const WALNUT: Wood = { light: colour('#8a5a38'), dark: colour('#553320'), pore: colour('#35200f'), rings: 0.75 }
export const ASH: Wood = { light: colour('#dcc39a'), dark: colour('#c2a274'), pore: colour('#9a7a4e'), rings: 0.8 }

export const oakTable = (wall: string, depth?: number): Set => ({
  table: planks(OAK, 11),
  tableColour: colour('#a4825a'),
  wall: colour(wall),
  ...(depth !== undefined && { depth }),
})

export const linenTable = (cloth: string, wall: string, depth?: number): Set => ({
  table: weave({ warp: colour(cloth), weft: colour(cloth), threads: 9, slub: 0.8 }),
  tableColour: colour(cloth),
  wall: colour(wall),
  ...(depth !== undefined && { depth }),
})
