/**
 * The faults that last: a process that is killed or paused, a machine that is cut off or slow, a wrong clock, a full disk. Each
 * comes to each of its victims at most once, at any moment of the first phase.
 */
import type { Host } from './hosts.ts'
import type { DomainHistory, FaultKind } from './mix.ts'
import { EVERYONE } from './network.ts'
import type { Scene } from './scene.ts'

/** How long they last. */
const LASTS_MS = { least: 100, most: 9_000 }
/** Pauses are longer, so that leases end meanwhile. */
const PAUSED_MS = { least: 100, most: 22_000 }
const SLOW_MS = { least: 50, most: 900 }
/** Also shorter than the pause between two looks at the clock. */
const JUMPED_MS = { least: 100, most: 4_000 }
/** How wrong the clocks of replicas are (CLOCKS_DIFFER_MS), and by how much one jumps. */
export const WRONG_MS = 2_500
const JUMP_MS = 600_000

export function makeTrouble({ world, faults }: DomainHistory, { network, hosts, disks, troubleMs }: Scene) {
  const once = (
    kind: FaultKind,
    victim: string,
    begin: (ms: number) => (() => void) | undefined,
    lasts = LASTS_MS,
  ) => {
    const chances = world.chances(`${kind} of ${victim}`)
    const [at, ms] = [chances.between(0, troubleMs), chances.between(lasts.least, lasts.most)]
    if (!faults.happens(kind, victim)) return
    world.after(at, () => {
      if (faults.hasEnded()) return
      world.note(victim, kind)
      const end = begin(ms)
      if (!end) return
      world.after(ms, () => {
        if (faults.hasEnded()) return
        world.show?.(victim, `${kind} ends`)
        end()
      })
    })
  }

  const ofHost = (host: Host) => {
    const { name, clock } = host
    const chances = world.chances(`trouble of ${name}`)
    const [wrongMs, jumpMs, slowMs] = [
      Math.round(chances.between(-WRONG_MS, WRONG_MS)),
      Math.round(chances.between(-JUMP_MS, JUMP_MS)),
      chances.between(SLOW_MS.least, SLOW_MS.most),
    ]
    if (faults.happens('clock_wrong', name)) {
      clock.aheadMs = wrongMs
      world.show?.(name, `its clock is ${wrongMs} ms ahead`)
    }
    once('kill', name, () => {
      if (host.machine().isAlive()) host.kill()
      return undefined
    })
    once(
      'pause',
      name,
      (ms) => {
        host.pause(ms)
        return undefined
      },
      PAUSED_MS,
    )
    once('slow_host', name, () => {
      host.delayMs = slowMs
      return () => {
        host.delayMs = 0
      }
    })
    once('partition', name, () => {
      const ends = [network.cut(EVERYONE, name), network.cut(name, EVERYONE)]
      return () => {
        for (const end of ends) end()
      }
    })
    once('partition_one_way', name, () => network.cut(name, EVERYONE))
    const jump = () => {
      const before = clock.aheadMs
      clock.aheadMs += jumpMs
      world.show?.(name, `its clock is ${clock.aheadMs} ms ahead`)
      return () => {
        clock.aheadMs = before
      }
    }
    once('clock_jump', name, jump, JUMPED_MS)
  }

  hosts.forEach(ofHost)
  for (const disk of disks) {
    once('disk_full', disk.name, () => {
      disk.isFull = true
      return () => {
        disk.isFull = false
      }
    })
  }
}

/** The second phase begins: everything works. Clocks differ by no more than is allowed. */
export function endTrouble({ world, faults }: DomainHistory, { network, hosts, disks }: Scene) {
  faults.end()
  world.show?.('history', 'no fault happens any more')
  network.joinAll()
  for (const disk of disks) disk.isFull = false
  for (const host of hosts) {
    host.delayMs = 0
    host.clock.aheadMs = Math.max(-WRONG_MS, Math.min(WRONG_MS, host.clock.aheadMs))
    if (host.machine().isPaused()) host.machine().resume()
    host.start()
  }
}
