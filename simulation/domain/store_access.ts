/**
 * How a process reaches a store: each method of the model is applied at one moment, as a transaction is. The call fails before
 * that, or after it, or is never answered because the process was killed meanwhile, or is answered much later because the process
 * stood still.
 */
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Chances } from '../core/chances.ts'
import type { Host } from './hosts.ts'
import type { DomainHistory } from './mix.ts'

/** A port whose methods answer at once. */
export type Synchronous<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...given: infer Given) => Promise<infer Answer>
    ? (...given: Given) => Answer
    : Port[Name]
}

/** A model as a process reaches it. */
export type Asynchronous<Model> = {
  readonly [Name in keyof Model]: Model[Name] extends (...given: infer Given) => infer Answer
    ? (...given: Given) => Promise<Answer>
    : Model[Name]
}

/** The disk of one store. */
export type Disk = { readonly name: string; isFull: boolean }

export type StoreAccess = {
  /** The model as a store that may fail, for the process that now runs there. */
  open<Model extends object>(model: Model, disk: Disk, host: Host): Asynchronous<Model>
  /** Calls that are not applied yet. */
  underWay(): number
}

const LATENCY_MS = { least: 0.2, most: 3 }
/** Longer than the difference of two clocks. */
const PAUSED_MS = { least: 100, most: 12_000 }
/** Names of methods that write nothing: a full disk does not concern them. */
const READS = /^(find|list|backlog|remembers|withdrawals|starting|movements|count|unhinted|isReceived|oldest)/

export function createStoreAccess({ world, faults, sometimes }: DomainHistory): StoreAccess {
  let underWay = 0
  const unavailable = (why: string) => new Problem('store_unavailable', why)

  const perform = <Answer>(host: Host, disk: Disk, chances: Chances, name: string, apply: () => Answer) =>
    new Promise<Answer>((resolve, reject) => {
      const machine = host.machine()
      underWay += 1
      world.after(chances.between(LATENCY_MS.least, LATENCY_MS.most), () => {
        underWay -= 1
        if (faults.happens('store_fails', host.name)) {
          world.show?.(host.name, `its store fails before it is done: ${name}`)
          return reject(unavailable('it cannot be reached'))
        }
        if (disk.isFull && !READS.test(name)) {
          sometimes('a write found a full disk')
          world.show?.(host.name, `its store has a full disk: ${name}`)
          return reject(unavailable('the disk is full'))
        }
        try {
          const answer = apply()
          if (faults.happens('store_answer_lost', host.name)) {
            world.show?.(host.name, `its store fails after it is done: ${name}`)
            reject(unavailable('the answer is unknown'))
          } else resolve(answer)
        } catch (error) {
          reject(error)
        }
        if (machine.isAlive() && faults.happens('kill_at_await', host.name)) {
          world.show?.(host.name, `ends before it has the answer of its store: ${name}`)
          host.kill()
        }
        if (machine.isAlive() && faults.happens('pause_at_await', host.name)) {
          const { least, most } = PAUSED_MS
          world.show?.(host.name, `stands still before it has the answer of its store: ${name}`)
          host.pause(world.chances(`pauses of ${host.name}`).between(least, most))
        }
      })
    })

  return {
    open<Model extends object>(model: Model, disk: Disk, host: Host) {
      const chances = world.chances(`store of ${host.name}`)
      const methods = Object.entries(model).map(([name, method]) => [
        name,
        typeof method === 'function'
          ? (...given: unknown[]) => perform(host, disk, chances, name, () => method(...given))
          : method,
      ])
      return host.machine().seen(Object.fromEntries(methods) as Asynchronous<Model>)
    },
    underWay: () => underWay,
  }
}
