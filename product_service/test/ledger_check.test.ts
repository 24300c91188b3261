/** The check in the background: what it counts, and that it can be stopped. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
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
  const metrics = createMetrics('product_service')
  const told: unknown[] = []
  const ledgerCheck = createLedgerCheck({
    audit: {
      ledgerMismatches,
      heldReservations: async () => ({ reservations: [], unreadable: [], next: undefined }),
    },
    metrics,
    intervalMs,
    onMismatch: ({ productId }) => told.push(productId),
    onFailure: (error) => told.push(error),
  })
  const read = async (name: string) =>
    new RegExp(`^${name}\\{[^}]*\\} (\\S+)`, 'm').exec(await metrics.registry.metrics())?.[1]
  const gauge = () => read('stock_ledger_mismatches')
  const checkedAt = async () => Number(await read('stock_ledger_checked_timestamp_seconds'))
  return { ledgerCheck, told, gauge, checkedAt }
}

suite('the ledger check', () => {
  test('reads all slices, tells each mismatch and counts them', async () => {
    const slices: Record<string, Awaited<ReturnType<Audit['ledgerMismatches']>>> = {
      start: { mismatches: [mismatch('a')], checked: 2, next: 'b' },
      b: { mismatches: [], checked: 2, next: 'd' },
      d: { mismatches: [mismatch('e')], checked: 1, next: undefined },
    }
    const limits: number[] = []
    const { ledgerCheck, told, gauge } = check(async (after = 'start', limit) => {
      limits.push(limit)
      return slices[after]!
    })
    assert.equal(await ledgerCheck.run(), 2)
    assert.deepEqual(limits, [4, 4, 4], 'more hold the thread that sells')
    assert.deepEqual(told, ['a', 'e'])
    assert.equal(await gauge(), '2')
  })

  test('tells when its last pass ended, and nothing before the first', async () => {
    const before = Date.now() / 1000
    const { ledgerCheck, checkedAt } = check(async () => ({ mismatches: [], checked: 0, next: undefined }))
    assert.equal(await checkedAt(), 0)
    await ledgerCheck.run()
    assert.ok((await checkedAt()) >= before - 0.01)
  })

  test('goes on after a failure, and stops when told to', async () => {
    let calls = 0
    const { ledgerCheck, told } = check(async () => {
      calls++
      if (calls === 1) throw new Error('disk on fire')
      return { mismatches: [], checked: 0, next: undefined }
    }, 5)
    ledgerCheck.start()
    while (calls < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    await ledgerCheck.stop()
    const atStop = calls
    await new Promise((resolve) => setTimeout(resolve, 40))
    assert.equal(calls, atStop)
    assert.equal(told.length, 1)
  })
})
