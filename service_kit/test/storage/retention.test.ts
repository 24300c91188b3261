import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { createMetrics } from '../../src/runtime/metrics.ts'
import { openArchive, PART } from '../../src/storage/archive.ts'
import { CLOCK_AHEAD_MAX_MS } from '../../src/storage/clock_doubt.ts'
import {
  BATCH_PAUSE_MS,
  createRetention,
  createRetentionMetrics,
  LEASE_MS,
  type Lease,
  RECORDS_AT_ONCE,
  type RetentionSource,
  RUN_EVERY_MS,
  RUN_SOON_MS,
} from '../../src/storage/retention.ts'
import { RETAIN_DAYS_MIN, requireArchive } from '../../src/storage/retention_config.ts'
import { startRetention } from '../../src/storage/start_retention.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

const AT = new Date('2026-01-31T00:00:00.000Z')
const OLD = '2025-12-31T23:59:59.999Z'
const YOUNG = '2026-01-01T00:00:00.000Z'

type Item = { readonly n: number; readonly endedAt: string }

/** Items in memory, in the order of their numbers. */
function itemsOf(count: number, endedAt = OLD) {
  const items = new Map<number, Item>(Array.from({ length: count }, (_, n) => [n, { n, endedAt }]))
  const batches: number[] = []
  const source: RetentionSource<Item> = {
    kind: 'item',
    async due(before, after = '-1', limit) {
      const page = [...items.values()].filter(({ n }) => n > Number(after)).slice(0, limit)
      const due = page.filter((item) => item.endedAt < before)
      return { items: due, next: page.length < limit ? undefined : String(page.at(-1)!.n) }
    },
    async remove(due) {
      batches.push(due.length)
      return due.filter(({ n }) => items.delete(n)).length
    },
  }
  return { items, source, batches }
}

/** As stores have it. */
function leaseInMemory(): Lease & { held(): { owner: string; until: Date } | undefined } {
  let held: { owner: string; until: Date } | undefined
  return {
    held: () => held,
    end: async () => held?.until,
    async take(owner, now, until) {
      if (held && held.owner !== owner && held.until >= now) return false
      held = { owner, until }
      return true
    },
  }
}

function world(t: TestContext, source: RetentionSource<Item>, { lease = leaseInMemory(), seed = 1 } = {}) {
  const parent = mkdtempSync(join(tmpdir(), 'shop-retention-'))
  const folder = join(parent, 'archive')
  const runtime = createVirtualRuntime({ startAt: AT, seed, realDefer: true })
  const metrics = createMetrics('a_service')
  const logged: string[] = []
  const log = (...args: unknown[]) => void logged.push(String(args.at(-1)))
  const archive = openArchive({ folder, service: 'a_service', runtime })
  const retention = createRetention({
    tasks: [{ days: RETAIN_DAYS_MIN, source: source as RetentionSource<unknown> }],
    ...{ lease, archive, runtime },
    metrics: createRetentionMetrics(metrics),
    logger: { info: log, warn: log, error: log } as never,
  })
  t.after(async () => {
    await archive.close()
    rmSync(parent, { recursive: true })
  })
  const archived = () =>
    readdirSync(folder).flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).record.n),
    )
  const metric = async (name: string) =>
    (await metrics.registry.getSingleMetric(name)!.get()).values.map(({ value }) => value)
  return { retention, runtime, lease, folder, archived, metric, logged }
}

suite('removing old records', () => {
  test('what is older than the days is archived and removed; the rest stays', async (t) => {
    const { items, source } = itemsOf(3)
    items.set(1, { n: 1, endedAt: YOUNG })
    const { retention, archived, metric } = world(t, source)
    assert.equal(await retention.run(), true)
    assert.deepEqual([...items.keys()], [1])
    assert.deepEqual(archived(), [0, 2])
    assert.deepEqual(await metric('retention_removed_total'), [2])
    assert.deepEqual(await metric('retention_finished_timestamp_seconds'), [AT.getTime() / 1000])
  })

  test('4: at most RECORDS_AT_ONCE at once, then a pause', async (t) => {
    const { items, source, batches } = itemsOf(2 * RECORDS_AT_ONCE + 1)
    const lease = leaseInMemory()
    const take = t.mock.method(lease, 'take')
    const { retention, runtime } = world(t, source, { lease })
    await runtime.advanceUntil(retention.run())
    assert.equal(take.mock.callCount(), 2, 'the lease is renewed only in a long run')
    assert.deepEqual(batches, [RECORDS_AT_ONCE, RECORDS_AT_ONCE, 1])
    assert.equal(runtime.now().getTime() - AT.getTime(), 2 * BATCH_PAUSE_MS)
    assert.equal(items.size, 0)
  })

  test('1: if the archive fails nothing is removed; the next run does it', async (t) => {
    const { items, source } = itemsOf(2)
    const { retention, folder, archived } = world(t, source)
    renameSync(folder, `${folder}-away`)
    await assert.rejects(retention.run(), { code: 'ENOENT' })
    assert.equal(items.size, 2)
    renameSync(`${folder}-away`, folder)
    assert.equal(await retention.run(), true)
    assert.deepEqual(archived(), [0, 1])
    assert.equal(items.size, 0)
  })

  test('1: a removal that fails after its archive is repeated: archived twice, never lost', async (t) => {
    const { items, source } = itemsOf(2)
    const { remove } = source
    source.remove = () => Promise.reject(new Error('the store is down'))
    const { retention, archived } = world(t, source)
    await assert.rejects(retention.run(), /the store is down/)
    source.remove = remove
    await retention.run()
    assert.deepEqual(archived().toSorted(), [0, 0, 1, 1])
    assert.equal(items.size, 0)
  })

  test('1: the file of a run gets its name at the end, also if the run fails or the folder is gone at the stop', async (t) => {
    const { items, source } = itemsOf(1)
    const { retention, folder, logged } = world(t, source)
    const { remove } = source
    source.remove = () => Promise.reject(new Error('the store is down'))
    await assert.rejects(retention.run(), /the store is down/)
    assert.match(readdirSync(folder).join(), /^[^,]+\.ndjson$/)
    source.remove = async (due) => {
      renameSync(folder, `${folder}-away`)
      return remove(due)
    }
    await assert.rejects(retention.run(), { code: 'ENOENT' })
    assert.equal(items.size, 0)
    await retention.stop()
    assert.deepEqual(logged, [])
    renameSync(`${folder}-away`, folder)
    assert.equal(readdirSync(folder).filter((name) => name.endsWith(PART)).length, 1)
  })

  test('1: a failure is logged once and shown by a metric until it works again', async (t) => {
    const { items, source } = itemsOf(1)
    const { retention, runtime, folder, metric, logged } = world(t, source)
    renameSync(folder, `${folder}-away`)
    retention.start()
    const turn = () => runtime.advanceUntil(new Promise<void>((done) => setTimeout(done, 50)))
    while ((await metric('retention_failing'))[0] !== 1) await turn()
    for (let i = 0; i < 3; i++) await turn()
    renameSync(`${folder}-away`, folder)
    while ((await metric('retention_failing'))[0] !== 0) await turn()
    await retention.stop()
    assert.equal(items.size, 0)
    assert.deepEqual(
      logged.map((text) => /could not|again$/.exec(text)?.[0]),
      ['could not', 'again'],
    )
  })

  test('2: while another replica works, and for about an hour after it, nothing is done', async (t) => {
    const lease = leaseInMemory()
    const { items, source } = itemsOf(1)
    const one = world(t, source, { lease })
    const two = world(t, source, { lease, seed: 2 })
    assert.equal(await lease.take('another', AT, new Date(AT.getTime() + LEASE_MS)), true)
    assert.equal(await one.retention.run(), false)
    assert.equal(items.size, 1)
    await one.runtime.advance(LEASE_MS + 1)
    assert.equal(await one.retention.run(), true)
    assert.equal(lease.held()!.until.getTime(), one.runtime.now().getTime() + RUN_EVERY_MS - RUN_SOON_MS)
    await two.runtime.advance(RUN_EVERY_MS - RUN_SOON_MS)
    assert.equal(await two.retention.run(), false)
    await two.runtime.advance(LEASE_MS + 2)
    assert.equal(await two.retention.run(), true)
  })

  test('2: a run that failed leaves the lease to others', async (t) => {
    const { source } = itemsOf(1)
    const { retention, lease, runtime } = world(t, source)
    source.remove = () => Promise.reject(new Error('the store is down'))
    await assert.rejects(retention.run())
    assert.deepEqual(lease.held()!.until, runtime.now())
  })

  test('2: a lease is renewed in a long run, and a run whose lease is lost ends', async (t) => {
    const { items, source } = itemsOf(3 * RECORDS_AT_ONCE)
    const lease = leaseInMemory()
    const { retention, runtime } = world(t, source, { lease })
    const { remove } = source
    const ends: Date[] = []
    source.remove = async (due) => {
      ends.push(lease.held()!.until)
      await runtime.advance(LEASE_MS / 2)
      if (ends.length === 2) {
        await runtime.advance(LEASE_MS)
        assert.equal(await lease.take('another', runtime.now(), new Date('9000-01-01')), true)
      }
      return remove(due)
    }
    await runtime.advanceUntil(retention.run())
    assert.equal(ends.length, 2)
    assert.ok(ends[1]! > ends[0]!)
    assert.equal(items.size, RECORDS_AT_ONCE)
    assert.equal(lease.held()!.owner, 'another')
  })

  test('3: a clock that is set a year ahead removes nothing young, however often it is asked within a day', async (t) => {
    const { items, source } = itemsOf(1, AT.toISOString())
    const { retention, lease, runtime, logged } = world(t, source)
    assert.equal(await retention.run(), true)
    runtime.setNow(new Date('2027-01-31T00:00:00.000Z'))
    for (let passed = 0; passed < CLOCK_AHEAD_MAX_MS; passed += RUN_EVERY_MS) {
      assert.equal(await retention.run(), false)
      await runtime.advance(RUN_EVERY_MS)
    }
    assert.equal(items.size, 1)
    assert.deepEqual(
      logged.map((text) => /a day ahead/.exec(text)?.[0]),
      ['a day ahead'],
    )
    runtime.setNow(new Date(lease.held()!.until.getTime() + CLOCK_AHEAD_MAX_MS))
    assert.equal(await retention.run(), true, 'it was set right')
    assert.equal(items.size, 1)
  })

  test('3: after a long stop of the shop old records are removed a day later', async (t) => {
    const { items, source } = itemsOf(1)
    const { retention, lease, runtime } = world(t, source)
    await lease.take('before the stop', AT, AT)
    runtime.setNow(new Date('2027-01-31T00:00:00.000Z'))
    assert.equal(await retention.run(), false)
    await runtime.advance(CLOCK_AHEAD_MAX_MS)
    assert.equal(await retention.run(), false)
    await runtime.advance(1)
    assert.equal(await retention.run(), true)
    assert.equal(items.size, 0)
  })

  test('3: beside a replica whose clock is right a wrong one never removes anything', async (t) => {
    const { items, source } = itemsOf(1, AT.toISOString())
    const lease = leaseInMemory()
    const [right, wrong] = [world(t, source, { lease }), world(t, source, { lease, seed: 2 })]
    wrong.runtime.setNow(new Date('2027-01-31T00:00:00.000Z'))
    for (let passed = 0; passed < 3 * CLOCK_AHEAD_MAX_MS; passed += RUN_EVERY_MS) {
      assert.equal(await right.retention.run(), true)
      assert.equal(await wrong.retention.run(), false)
      for (const { runtime } of [right, wrong]) await runtime.advance(RUN_EVERY_MS)
    }
    assert.equal(items.size, 1)
  })

  test('4: stopping ends a run after its batch', async (t) => {
    const { items, source } = itemsOf(3 * RECORDS_AT_ONCE)
    const { retention, lease, runtime, metric } = world(t, source)
    const { remove } = source
    let stopped: Promise<void> | undefined
    source.remove = (due) => {
      stopped ??= retention.stop()
      return remove(due)
    }
    await runtime.advanceUntil(retention.run())
    await stopped
    assert.equal(items.size, 2 * RECORDS_AT_ONCE)
    assert.deepEqual(await metric('retention_finished_timestamp_seconds'), [0])
    assert.ok(lease.held()!.until <= runtime.now(), 'another replica may continue')
  })

  test('without a setting nothing is ever removed, and no folder is made', async (t) => {
    const { source } = itemsOf(1)
    const { lease, folder, runtime } = world(t, source)
    const stop = startRetention({
      service: 'a_service',
      kept: [{ days: undefined, sources: [source as RetentionSource<unknown>] }],
      config: { ARCHIVE_DIR: `${folder}-unused` },
      ...{ lease, runtime, metrics: createMetrics('a_service'), logger: {} as never },
    })
    assert.deepEqual(runtime.waiting(), [])
    assert.equal(readdirSync(join(folder, '..')).join(), 'archive')
    await stop()
  })
})

test('records are removed only with a folder for the archive', () => {
  assert.deepEqual(requireArchive({}), {})
  assert.deepEqual(requireArchive({ ARCHIVE_DIR: '/a' }), { ARCHIVE_DIR: '/a' })
  const both = { ARCHIVE_DIR: '/a', RETAIN_THINGS_DAYS: 30 }
  assert.equal(requireArchive(both), both)
  assert.throws(
    () => requireArchive({ RETAIN_THINGS_DAYS: 30 }),
    /ARCHIVE_DIR is missing: RETAIN_THINGS_DAYS/,
  )
})
