import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { createPlainApp } from '../fixtures/plain_app.ts'

suite('/readyz', () => {
  test('is logged only when its answer changes', async () => {
    const lines: { level: number; msg: string; part?: string }[] = []
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
    let trouble: string | undefined
    const app = createPlainApp({
      logger,
      readiness: {
        store: async () => {
          if (trouble !== undefined) throw new Error(trouble)
        },
      },
    })
    const ask = async (times: number) => {
      const statuses = new Set<number>()
      let detail: unknown
      for (let i = 0; i < times; i++) {
        const answer = await app.operations().inject('/readyz')
        statuses.add(answer.statusCode)
        assert.equal((await app.inject('/readyz')).statusCode, answer.statusCode)
        detail = answer.json().detail
      }
      return [...statuses, detail, lines.splice(0).map(({ level, msg }) => `${level} ${msg}`)]
    }
    assert.deepEqual(await ask(5), [200, undefined, []])
    trouble = 'it is away'
    assert.deepEqual(await ask(20), [503, 'store: it is away', ['40 The service is not ready']])
    trouble = 'the disk is full'
    assert.deepEqual(await ask(20), [503, 'store: the disk is full', ['40 The service is not ready']])
    trouble = undefined
    assert.deepEqual(await ask(5), [200, undefined, ['30 The service is ready again']])
    app.startDraining()
    assert.deepEqual(await ask(5), [503, 'The service is shutting down.', []])
    await app.close()
  })
})
