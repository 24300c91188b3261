/** The background check: what it counts, and that it can be stopped. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import type { Audit, LedgerMismatch } from '../src/domain/ports.ts'
import { createLedgerCheck } from '../src/ledger_check.ts'

const mismatch = (productId: string): LedgerMismatch => ({
  productId,
  stock: 1,
  movementsSum: 2,
  reserved: 0,
  heldUnits: 0,
})

function check(ledgerMismatches: Audit['ledgerMismatches'], intervalMs = 1_000) {
  const runtime = createVirtualRuntime()
  const metrics = createMetrics('product_service')
  const reported: unknown[] = []
  const ledgerCheck = createLedgerCheck({
    audit: {
      ledgerMismatches,
      heldReservations: async () => ({ reservations: [], unreadable: [], next: undefined }),
      reservationsOf: async () => new Map(),
    },
    metrics,
    runtime,
    intervalMs,
    onMismatch: ({ productId }) => reported.push(productId),
    onFailure: (error) => reported.push(error),
  })
  const read = async (name: string) =>
    new RegExp(`^${name}\\{[^}]*\\} (\\S+)`, 'm').exec(await metrics.registry.metrics())?.[1]
  const gauge = () => read('stock_ledger_mismatches')
  const checkedAt = async () => Number(await read('stock_ledger_checked_timestamp_seconds'))
  return { ledgerCheck, runtime, reported, gauge, checkedAt }
}

suite('the ledger check', () => {
  test('reads all slices, and reports and counts each mismatch', async () => {
    const slices: Record<string, Awaited<ReturnType<Audit['ledgerMismatches']>>> = {
      start: { mismatches: [mismatch('a')], checked: 2, next: 'b' },
      b: { mismatches: [], checked: 2, next: 'd' },
      d: { mismatches: [mismatch('e')], checked: 1, next: undefined },
    }
    const limits: number[] = []
    const { ledgerCheck, runtime, reported, gauge } = check(async (after = 'start', limit) => {
      limits.push(limit)
      return slices[after]!
    })
    assert.equal(await runtime.advanceUntil(ledgerCheck.run()), 2)
    assert.deepEqual(limits, [4, 4, 4], 'more hold the thread that sells')
    assert.deepEqual(reported, ['a', 'e'])
    assert.equal(await gauge(), '2')
  })

  test('exports the end of its last pass, and 0 before the first', async () => {
    const slice = { mismatches: [], checked: 0, next: undefined }
    const { ledgerCheck, runtime, checkedAt } = check(async () => slice)
    assert.equal(await checkedAt(), 0)
    await runtime.advanceUntil(ledgerCheck.run())
    assert.equal(await checkedAt(), runtime.now().getTime() / 1000)
  })

  test('continues after a failure, and stops on request', async () => {
    let calls = 0
    const { ledgerCheck, runtime, reported } = check(async () => {
      calls++
      if (calls === 1) throw new Error('disk on fire')
      return { mismatches: [], checked: 0, next: undefined }
    })
    ledgerCheck.start()
    await runtime.advance(3_500)
    assert.equal(calls, 3, 'one each second')
    await ledgerCheck.stop()
    assert.deepEqual(runtime.waiting(), [])
    assert.equal(reported.length, 1)
  })
})
