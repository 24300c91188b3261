/**
 * Adds many variants, in batches that the service takes whole or not at all.
 *
 * Invariants
 *  1. A batch has at most the service's number of variants.
 *  2. Of a batch that was refused, each variant is tried alone: only those that are at fault are not added.
 *  3. Repeating after a lost answer adds nothing twice: a variant that is there counts as added.
 */
import { ShopProblem } from '@shop/client/problem'

export type NewVariant = {
  readonly option_values: readonly string[]
  readonly price: string
  readonly stock: number
  readonly sku?: string
}
export type NotAdded = { readonly variant: NewVariant; readonly error: unknown }
export type Adding = {
  readonly total: number
  readonly added: number
  readonly failed: readonly NotAdded[]
}

type Post = (variants: readonly NewVariant[]) => Promise<unknown>

export async function addVariants(
  variants: readonly NewVariant[],
  post: Post,
  {
    atOnce,
    signal,
    onProgress,
  }: { atOnce: number; signal: AbortSignal; onProgress: (progress: Adding) => void },
): Promise<Adding> {
  let progress: Adding = { total: variants.length, added: 0, failed: [] }
  const report = (added: number, failed: readonly NotAdded[]) => {
    progress = {
      ...progress,
      added: progress.added + added,
      failed: [...progress.failed, ...failed],
    }
    onProgress(progress)
  }
  for (let at = 0; at < variants.length && !signal.aborted; at += atOnce) {
    const batch = variants.slice(at, at + atOnce)
    const error = await failureOf(post(batch))
    if (error === undefined) report(batch.length, [])
    else if (!isRefusal(error))
      report(
        0,
        batch.map((variant) => ({ variant, error })),
      )
    else {
      for (const variant of batch) {
        if (signal.aborted) break
        const reason = batch.length === 1 ? error : await failureOf(post([variant]))
        const there = reason instanceof ShopProblem && reason.code === 'variant_exists'
        if (reason === undefined || there) report(1, [])
        else report(0, [{ variant, error: reason }])
      }
    }
  }
  return progress
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error ?? new Error('failed'),
  )

/** The service decided; without an answer, or an error of its own, single variants would fail as well. */
const isRefusal = (error: unknown) =>
  error instanceof ShopProblem && error.status !== undefined && error.status < 500 && !error.retryable
