import { ShopProblem } from '@shop/client/problem'

/** Milliseconds to wait before a retry (0 without `Retry-After`); undefined when a retry cannot help. */
export function retryDelayOf(error: unknown): number | undefined {
  if (!(error instanceof ShopProblem)) return 0
  const final = !error.retryable && error.status !== undefined && error.status >= 400 && error.status < 500
  return final ? undefined : (error.retryAfterMs ?? 0)
}
