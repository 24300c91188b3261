/** The tables and walls of the series: pale, with one colour of their own that suits the thing. */
import { colour } from '../materials/material.ts'
import { weave } from '../materials/textile.ts'
import { tiled } from '../materials/tile.ts'
import { planks, type Wood } from '../materials/wood.ts'
import type { Setting } from '../render/backdrop.ts'

export const OAK: Wood = { light: colour('#ac9576'), dark: colour('#957c5b'), pore: colour('#735b42') }
export const WALNUT: Wood = {
  light: colour('#8a5a38'),
  dark: colour('#553320'),
  pore: colour('#35200f'),
  rings: 0.75,
}
export const ASH: Wood = {
  light: colour('#dcc39a'),
  dark: colour('#c2a274'),
  pore: colour('#9a7a4e'),
  rings: 0.8,
}

const oak = tiled(planks(OAK, 11), 0.03)
export const oakTable = (wall: string, depth?: number): Setting => ({
  table: oak,
  tableColour: colour('#a08766'),
  wall: colour(wall),
  ...(depth !== undefined && { depth }),
})

const linen = tiled(weave({ warp: [1, 1, 1], weft: [0.97, 0.97, 0.97], threads: 9, slub: 0.8 }), 0.012)
export function linenTable(cloth: string, wall: string, depth?: number): Setting {
  const [red, green, blue] = colour(cloth)
  return {
    table: (spot, finish) => {
      linen(spot, finish)
      finish.red *= red
      finish.green *= green
      finish.blue *= blue
    },
    tableColour: [red, green, blue],
    wall: colour(wall),
    ...(depth !== undefined && { depth }),
  }
}
