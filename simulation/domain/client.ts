/**
 * A client: someone outside who calls the services, may get no answer, and never knows what became of the request then.
 *
 * Invariant: all its chances come from a generator of its own, one after the other. So a history of fewer clients, or of fewer
 * steps, leaves what remains as it was.
 */

import { Problem } from '@shop/service_kit/runtime/problem'
import { Fault } from '../../faults/src/fault.ts'
import type { Chances } from '../core/chances.ts'
import { createMix } from '../core/faults.ts'
import { Violation } from '../core/history.ts'
import type { Host } from './hosts.ts'
import { type DomainHistory, HABITS, type Habit } from './mix.ts'
import { type Network, NoAnswer, Refused } from './network.ts'

/** An error of the domain; its type depends on the service. */
export type Refusal = Error & { readonly code: string; readonly payload: unknown }

export type Reply<Answer> =
  | { readonly is: 'answered'; readonly value: Answer }
  | { readonly is: 'refused'; readonly refusal: Refusal }
  /** It was done, or not, or will be. */
  | { readonly is: 'unknown' }

export type Client = {
  readonly name: string
  readonly chances: Chances
  /** Whether it does that now, in this history. */
  does(habit: Habit): boolean
  /** Up to so many milliseconds. */
  pause(mostMs: number): Promise<void>
  /** One of the hosts is asked. */
  ask<Replica, Answer>(
    hosts: readonly Host<Replica>[],
    what: string,
    ask: (replica: Replica) => Promise<Answer>,
  ): Promise<Reply<Answer>>
  /** Does `step` so many times, unless the first phase ends before. */
  steps(least: number, most: number, step: (number: number) => Promise<void>): Promise<void>
}

export const CLIENT_DEADLINE_MS = { least: 1_500, most: 5_000 }

export function createClients(history: DomainHistory, network: Network) {
  const { world, faults, plan } = history
  const mix = createMix(world, HABITS)

  return (name: string): Client => {
    const chances = world.chances(name)
    const client: Client = {
      name,
      chances,
      does: (habit) => chances.happens(mix[habit]),
      pause: (mostMs) => world.sleep(chances.between(0, mostMs)),
      async ask(hosts, what, ask) {
        const to = chances.one(hosts)
        const deadlineMs = chances.between(CLIENT_DEADLINE_MS.least, CLIENT_DEADLINE_MS.most)
        world.note(name, `asks ${to.name} to ${what}`)
        try {
          const value = await network.call({ from: name, to, deadlineMs, what, ask })
          world.note(name, `is answered: ${what}`)
          return { is: 'answered', value }
        } catch (error) {
          if (isOutage(error)) {
            world.note(name, `has no answer: ${what}`)
            return { is: 'unknown' }
          }
          if (!(error instanceof Fault)) throw error
          world.note(name, `is refused: ${what}: ${error.code}`)
          return { is: 'refused', refusal: error as Refusal }
        }
      },
      async steps(least, most, step) {
        const count = Math.min(chances.whole(least, most), plan.steps ?? Number.POSITIVE_INFINITY)
        for (let number = 0; number < count && !faults.hasEnded(); number++) await step(number)
      },
    }
    return client
  }
}

/** A refusal that no client should meet. */
export const unexpected = ({ name }: Client, { refusal }: Extract<Reply<unknown>, { is: 'refused' }>) =>
  new Violation(`${name} was refused with ${refusal.code}: ${refusal.message}`)

const isOutage = (error: unknown) =>
  error instanceof NoAnswer ||
  error instanceof Refused ||
  (error instanceof Problem && error.code === 'store_unavailable')
