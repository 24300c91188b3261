/**
 * Messages between clients and replicas. Each may be lost, come twice, come late, or be overtaken; so may its answer.
 *
 * Invariant: a call ends. Without an answer it fails at its deadline, and what it asked for may still be done, even later.
 */
import type { Machine } from '../core/machine.ts'
import type { Host } from './hosts.ts'
import type { DomainHistory } from './mix.ts'

const LATENCY_MS = { least: 0.5, most: 8 }
const OVERTAKEN_MS = 600
export const LATE_BY_MS = 6_000

/** Without an answer until the deadline: what was asked for may be done, or not, or later. */
export class NoAnswer extends Error {}
/** No process runs there. */
export class Refused extends Error {}

export type Call<Replica, Answer> = {
  /** Where it comes from: the name of a client or of a host. */
  readonly from: string
  /** The process that asks; none for a client. */
  readonly caller?: Machine
  readonly to: Host<Replica>
  readonly deadlineMs: number
  /** For the timeline. */
  readonly what: string
  ask(replica: Replica): Promise<Answer>
}

export type Network = {
  call<Replica, Answer>(call: Call<Replica, Answer>): Promise<Answer>
  /** Until the result is called, nothing arrives that goes from one to the other. */
  cut(from: string, to: string): () => void
  joinAll(): void
  /** Messages that will arrive. */
  underWay(): number
}

/** Any host or client. */
export const EVERYONE = '*'

/** Undefined if no timeline is kept. */
type Show = ((text: string) => void) | undefined

export function createNetwork({ world, faults, sometimes }: DomainHistory): Network {
  const cuts = new Set<string>()
  let underWay = 0

  const isCut = (from: string, to: string) =>
    cuts.size > 0 &&
    (cuts.has(`${from}>${to}`) || cuts.has(`${EVERYONE}>${to}`) || cuts.has(`${from}>${EVERYONE}`))

  const latency = (from: string, host: Host, show: Show) => {
    const chances = world.chances(`latency ${from}`)
    const overtaken = faults.happens('reordered', from) ? OVERTAKEN_MS : 0
    const ms = chances.between(LATENCY_MS.least, LATENCY_MS.most + overtaken) + host.delayMs
    if (ms > LATENCY_MS.most) show?.(`takes ${ms.toFixed(0)} ms`)
    return ms
  }

  const send = (ms: number, arrive: () => void) => {
    underWay += 1
    world.after(ms, () => {
      underWay -= 1
      arrive()
    })
  }

  const call = <Replica, Answer>({ from, caller, to, deadlineMs, what, ask }: Call<Replica, Answer>) =>
    new Promise<Answer>((resolve, reject) => {
      if (caller?.isAlive() === false) return
      const { show } = world
      const ofRequest: Show = show && ((text) => show(from, `the request to ${to.name} ${text}: ${what}`))
      const ofAnswer: Show = show && ((text) => show(to.name, `the answer to ${from} ${text}: ${what}`))
      /** Clients say themselves what they ask, and how it ends. */
      const ofCaller: Show = caller && show && ((text) => show(from, `${text}: ${what}`))
      ofCaller?.(`asks ${to.name}`)
      let isWaiting = true
      let isLate = false
      const receive = (how: string, settle: () => void) => {
        const proceed = () => {
          if (isLate) sometimes('an answer came after the deadline')
          if (isWaiting) ofCaller?.(how)
          else show?.(from, `the answer of ${to.name} is not awaited any more: ${what}`)
          isWaiting = false
          cancel()
          settle()
        }
        if (caller === undefined) proceed()
        else caller.deliver(proceed)
      }
      const cancel = world.after(deadlineMs, () =>
        receive('has no answer', () => {
          isLate = true
          reject(new NoAnswer('no answer in time'))
        }),
      )

      const answer = (how: string, settle: () => void) => {
        if (faults.happens('answer_lost', to.name)) return ofAnswer?.('is lost')
        send(latency(to.name, to, ofAnswer), () => {
          if (isCut(to.name, from)) ofAnswer?.('is cut off')
          else receive(how, settle)
        })
      }
      const arrive = () => {
        if (isCut(from, to.name)) return ofRequest?.('is cut off')
        const machine = to.machine()
        if (!machine.isAlive()) {
          show?.(to.name, `does not run, and refuses ${from}: ${what}`)
          return answer('is refused', () => reject(new Refused(`${to.name} does not run`)))
        }
        machine.deliver(() => {
          if (!isWaiting) sometimes('a request was served after its deadline')
          show?.(to.name, `serves ${from}${isWaiting ? '' : ', which does not wait any more'}: ${what}`)
          ask(to.replica()).then(
            (value) => answer('is answered', () => resolve(value)),
            (error) => answer('is answered with an error', () => reject(error)),
          )
        })
      }

      if (faults.happens('request_lost', from)) ofRequest?.('is lost')
      else {
        const late = faults.happens('message_late', from)
        const lateMs = late ? deadlineMs + world.chances(`late ${from}`).between(0, LATE_BY_MS) : 0
        if (late) ofRequest?.(`comes ${lateMs.toFixed(0)} ms late`)
        send(latency(from, to, ofRequest) + lateMs, arrive)
      }
      if (faults.happens('request_twice', from)) {
        ofRequest?.('comes twice')
        send(latency(from, to, ofRequest) + world.chances(`twice ${from}`).between(0, LATE_BY_MS), arrive)
      }
    })

  return {
    call,
    cut(from, to) {
      const cut = `${from}>${to}`
      cuts.add(cut)
      return () => void cuts.delete(cut)
    },
    joinAll: () => cuts.clear(),
    underWay: () => underWay,
  }
}
