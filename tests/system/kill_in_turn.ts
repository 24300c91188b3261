/** Kills processes while a test goes on. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bundled } from '../../scripts/build/bundles.ts'
import type { ServiceProcess } from './processes.ts'
import type { Chance } from './until.ts'

type Plan = {
  readonly victims: readonly ServiceProcess<Bundled>[]
  /** From one kill to the next, on average. */
  readonly everyMs: number
  readonly chance: Chance
}
const DOWN_MS = 400

/** One at a time, so that the others go on; each is started again. In rounds: none comes again before all the others have. */
export async function killInTurn(
  { victims, everyMs, chance }: Plan,
  isOver: () => boolean,
  killed: () => void,
): Promise<void> {
  let round: readonly ServiceProcess<Bundled>[] = []
  while (!isOver()) {
    await sleep(everyMs / 2 + chance.between(0, everyMs))
    if (isOver()) break
    if (round.length === 0) round = victims
    const victim = chance.pick(round)
    round = round.filter((other) => other !== victim)
    await victim.kill()
    await sleep(chance.between(0, DOWN_MS))
    await victim.start()
    killed()
  }
}
