/** The levels of the simulation, by name. Each is loaded when it is run: level A needs neither Fastify nor a store. */
import type { Level } from './core/history.ts'

export const LEVELS: Readonly<Record<string, () => Promise<Level>>> = {
  sqlite: async () => (await import('./shop/on_sqlite.ts')).SHOP_ON_SQLITE,
}

/** Histories of each level in the suite. */
export const SUITE: Readonly<Record<string, number>> = { sqlite: 120 }
