import { ShopProblem } from '@shop/client/problem'

/** Milliseconds we were asked to wait (0 when we were not); undefined when asking the same again cannot help. */
export function retryDelayOf(error: unknown): number | undefined {
  if (!(error instanceof ShopProblem)) return 0
  const final = !error.retryable && error.status !== undefined && error.status >= 400 && error.status < 500
  return final ? undefined : (error.retryAfterMs ?? 0)
}
