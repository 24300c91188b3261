/** What the rows of a run share. */
import type { Running } from './processes.ts'
import type { Memory, Table } from './report.ts'
import type { Auth, Settings } from './shop.ts'

export type World = {
  readonly settings: Settings
  readonly auth: Auth
  readonly sizes: {
    readonly products: number
    readonly orders: number
    readonly buyers: number
    readonly searched: number
  }
  readonly memory: Memory[]
  readonly checks: string[]
  readonly tables: Table[]
}

export function recordMemory(world: World, name: string, process: Running) {
  const residentMiB = process.residentMiB()
  if (residentMiB !== undefined) world.memory.push({ process: name, residentMiB })
}
