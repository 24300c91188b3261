/** A plan as text: the options that repeat it, and a line of regressions.txt. */
import { oneWord } from './core/faults.ts'
import type { Level, Plan } from './core/history.ts'

export const optionsOf = (level: string, { seed, off, clients, steps }: Plan): string =>
  [
    `--level ${level} --seed ${seed}`,
    off.length > 0 ? `--off ${off.map(oneWord).join(',')}` : '',
    clients === undefined ? '' : `--clients ${clients.join(',')}`,
    steps === undefined ? '' : `--steps ${steps}`,
  ]
    .filter((option) => option !== '')
    .join(' ')

const list = (text: string | undefined): readonly string[] => (text ? text.split(',') : [])

export type PlanOptions = {
  readonly seed: number
  readonly off?: string | undefined
  readonly clients?: string | undefined
  readonly steps?: string | undefined
}

export const planOf = ({ seed, off, clients, steps }: PlanOptions): Plan => ({
  seed,
  off: list(off),
  ...(clients === undefined ? {} : { clients: list(clients).map(Number) }),
  ...(steps === undefined ? {} : { steps: Number(steps) }),
})

/** Names in the plan that are no fault of the level. */
export const unknownFaults = ({ faults }: Pick<Level, 'faults'>, { off }: Plan): readonly string[] =>
  off.filter((name) => !faults.some((fault) => oneWord(fault) === oneWord(name)))

/** One plan per line, as its options; empty lines and those that begin with # say nothing. */
export function readRegressions(text: string): { readonly level: string; readonly plan: Plan }[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const options = Object.fromEntries(
        [...line.matchAll(/--(\w+) (\S+)/g)].map(([, name, value]) => [name, value]),
      )
      return {
        level: options.level!,
        plan: planOf({
          seed: Number(options.seed),
          off: options.off,
          clients: options.clients,
          steps: options.steps,
        }),
      }
    })
}
