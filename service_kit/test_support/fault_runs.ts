/**
 * Runs work again and again. In run `n` the `n`th call into an engine fails, before it took effect and, in another run, after.
 * It ends when a run makes fewer calls. In each run every promise must settle, and its outcome must be true:
 *
 *   resolved                     the change is stored
 *   rejected, store_unavailable  it may be stored or not
 *   rejected otherwise           it is not stored
 *
 * Afterwards the same store must work as before.
 */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

export type Moment = 'before' | 'after'

/** Methods of an engine that can be made to fail. */
export type FaultyEngine = {
  /** The `n`th call from now on fails with `error`, before or after it took effect. */
  failAt(n: number, moment: Moment, error: () => unknown): void
  /** No call fails from now on. Returns whether the call that should fail was made. */
  disarm(): boolean
  /** The result returns the calls that were made since: each by its method and statement. */
  record(): () => string[]
}

/**
 * The places of the calls that are worth a failure, from 1, and the first place after the last. Where the same call is made many
 * times, as by one migration after the other, its first two are enough.
 */
export function placesOf(calls: readonly string[]): number[] {
  const made = new Map<string, number>()
  const places = calls.flatMap((call, at) => {
    const times = (made.get(call) ?? 0) + 1
    made.set(call, times)
    return times <= 2 ? [at + 1] : []
  })
  return [...places, calls.length + 1]
}

export type Step = {
  readonly name: string
  run(): Promise<unknown>
  /** Is the change of the step stored? Absent if the step only reads. */
  applied?(): Promise<boolean>
  /** The code of the step's error when no call fails. */
  readonly refusal?: string
}

export type FaultRun = {
  /** Run concurrently while a call fails. */
  readonly steps: readonly Step[]
  /** Called after each run: asserts the invariants, and that the store still accepts writes. */
  verify(): Promise<void>
}

/** Only so that a run that hangs fails. */
const SETTLED_MS = 120_000

export type FaultOptions = {
  /** Further errors after which a change may be stored or not. */
  readonly leavesOpen?: (error: unknown) => boolean
}

/** Resolves the number of calls that failed. */
export async function failEveryCall(
  engine: FaultyEngine,
  errors: readonly (() => unknown)[],
  makeRun: () => Promise<FaultRun>,
  { leavesOpen = () => false }: FaultOptions = {},
): Promise<number> {
  let failed = 0
  for (const moment of ['before', 'after'] as const) {
    for (let n = 1; ; n++) {
      const { steps, verify } = await makeRun()
      engine.failAt(n, moment, errors[n % errors.length]!)
      const outcomes = await Promise.race([
        Promise.allSettled(steps.map((step) => step.run())),
        sleep(SETTLED_MS, undefined, { ref: false }),
      ])
      const made = engine.disarm()
      const where = `call ${n} fails ${moment} it took effect`
      assert.ok(outcomes, `${where}: a step never settles`)
      for (const [i, step] of steps.entries()) {
        const outcome = outcomes[i]!
        const open = outcome.status === 'rejected' && leavesOpen(outcome.reason)
        if (!open) await check(step, outcome, made, `${step.name}: ${where}`)
      }
      await verify()
      if (!made) break
      failed++
    }
  }
  return failed
}

async function check(step: Step, outcome: PromiseSettledResult<unknown>, made: boolean, where: string) {
  const code = outcome.status === 'rejected' ? (outcome.reason as { code?: string }).code : undefined
  if (!made) {
    assert.equal(code, step.refusal, `${where}: that call was never made`)
    assert.equal(outcome.status, step.refusal === undefined ? 'fulfilled' : 'rejected', where)
  }
  if (!step.applied || code === 'store_unavailable') return
  assert.equal(await step.applied(), outcome.status === 'fulfilled', `${where}: answered ${outcome.status}`)
}

/** Replaces methods of the prototypes, for the whole process. Unarmed they behave as before. */
export function makeFaulty(
  parts: readonly (readonly [prototype: object, methods: readonly string[]])[],
): FaultyEngine {
  let armed: { left: number; moment: Moment; error: () => unknown } | undefined
  let made = false
  let recorded: string[] | undefined

  const isDue = () => {
    if (!armed || --armed.left > 0) return undefined
    const due = armed
    armed = undefined
    made = true
    return due
  }

  for (const [prototype, methods] of parts) {
    for (const method of methods) {
      const original = Reflect.get(prototype, method) as (...values: unknown[]) => unknown
      Reflect.set(prototype, method, function (this: unknown, ...values: unknown[]) {
        recorded?.push(`${method} ${statementOf(this, values)}`)
        const due = isDue()
        if (!due) return Reflect.apply(original, this, values)
        if (due.moment === 'before') return failed(due.error, isAsync(original))
        const result = Reflect.apply(original, this, values)
        if (!(result instanceof Promise)) return failed(due.error, false)
        return result.then(() => failed(due.error, false))
      })
    }
  }

  return {
    failAt(n, moment, error) {
      armed = { left: n, moment, error }
      made = false
    },
    disarm() {
      armed = undefined
      return made
    },
    record() {
      const calls: string[] = []
      recorded = calls
      return () => {
        recorded = undefined
        return calls
      }
    },
  }
}

const statementOf = (of: unknown, [first]: readonly unknown[]) =>
  (of as { readonly sourceSQL?: string }).sourceSQL ?? (typeof first === 'string' ? first : '')

const isAsync = (method: (...values: unknown[]) => unknown) => method.constructor.name === 'AsyncFunction'

function failed(error: () => unknown, asynchronously: boolean): Promise<never> {
  if (asynchronously) return Promise.reject(error())
  throw error()
}
