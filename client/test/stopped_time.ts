/** Time for a client, which takes no Runtime: it passes only by the result. Sockets, and the timers of `fetch`, stay real. */
import type { TestContext } from 'node:test'
import { createVirtualRuntime, type VirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'

export function stopTime(t: TestContext): VirtualRuntime {
  const clock = createVirtualRuntime()
  const { setTimeout, clearTimeout } = globalThis
  const isOfFetch = () => new Error().stack!.includes('node:internal/deps/undici')
  const start = (run: () => void, ms: number, ...args: []) =>
    isOfFetch() ? setTimeout(run, ms, ...args) : clock.after(ms, run)
  const stop = (timer: unknown) =>
    typeof timer === 'function' ? timer() : clearTimeout(timer as NodeJS.Timeout)
  t.mock.method(globalThis, 'setTimeout', start as never)
  t.mock.method(globalThis, 'clearTimeout', stop)
  t.mock.method(AbortSignal, 'timeout', clock.deadline)
  return clock
}
