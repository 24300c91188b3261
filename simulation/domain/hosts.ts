/**
 * A host: a place where one process runs after the other. What it serves is the `replica` of the process that runs now.
 *
 * Invariants
 *  1. A process that was killed is started again, after RESTART_MS at most: what it had in memory is gone.
 *  2. The clock belongs to the host, so it is as wrong after a restart.
 */
import { createMachine, type Machine, type WallClock } from '../core/machine.ts'
import type { DomainHistory } from './mix.ts'

const RESTART_MS = 4_000

export type Host<Replica = unknown> = {
  readonly name: string
  readonly clock: WallClock
  /** Messages to and from it take so much longer, in milliseconds. */
  delayMs: number
  machine(): Machine
  replica(): Replica
  /** Ends the process; another one is started after a while. */
  kill(): void
  /** For so many milliseconds, unless it is ended before. */
  pause(ms: number): void
  /** If none runs. */
  start(): void
}

export type StartReplica<Replica> = (machine: Machine, host: Host) => Replica

export function createHost<Replica>(
  { world }: DomainHistory,
  name: string,
  startReplica: StartReplica<Replica>,
): Host<Replica> {
  const chances = world.chances(`host ${name}`)
  const clock = { aheadMs: 0 }
  let generation = 0
  let machine: Machine
  let replica: Replica

  const host: Host<Replica> = {
    name,
    clock,
    delayMs: 0,
    machine: () => machine,
    replica: () => replica,
    kill() {
      machine.kill()
      const killed = machine
      world.after(chances.between(10, RESTART_MS), () => machine === killed && host.start())
    },
    pause(ms) {
      if (!machine.isAlive() || machine.isPaused()) return
      machine.pause()
      const paused = machine
      world.after(ms, () => paused.isAlive() && paused.isPaused() && paused.resume())
    },
    start() {
      if (generation > 0 && machine.isAlive()) return
      generation += 1
      machine = createMachine(world, name, generation, clock)
      if (generation > 1) world.note(name, 'is started again')
      replica = startReplica(machine, host)
    },
  }
  host.start()
  return host
}
