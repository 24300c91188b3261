/** The levels of the simulation, by name. Each is loaded when it is run: level A needs neither Fastify nor a store. */
import type { Level } from './core/history.ts'
// Before any level loads a service: one that got another node:sqlite would keep it.
import './shop/sqlite_engine.ts'

export const LEVELS: Readonly<Record<string, () => Promise<Level>>> = {
  domain: async () => (await import('./domain/level.ts')).DOMAIN,
  sqlite: async () => (await import('./shop/on_sqlite.ts')).SHOP_ON_SQLITE,
  mongo: async () => (await import('./shop/on_mongo.ts')).SHOP_ON_MONGO,
}

/** Histories of each level in the suite. */
export const SUITE: Readonly<Record<string, number>> = { domain: 2_000, sqlite: 86, mongo: 66 }
