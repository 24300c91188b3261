/** The standard environment variables of OpenTelemetry. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { batchLimits, samplerOf } from '../src/environment.ts'

suite('limits of batches', () => {
  test('each variable sets its own limit', () => {
    const env = {
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BSP_EXPORT_TIMEOUT: '2000',
      OTEL_BSP_MAX_QUEUE_SIZE: '64',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '32',
    }
    const limits = {
      scheduledDelayMillis: 100,
      exportTimeoutMillis: 2000,
      maxQueueSize: 64,
      maxExportBatchSize: 32,
    }
    assert.deepEqual(batchLimits(env), limits)
  })

  for (const value of [undefined, '', 'soon', '-1', '0', '1.5', 'Infinity']) {
    test(`${value} counts as not set`, () => {
      assert.deepEqual(batchLimits(value === undefined ? {} : { OTEL_BSP_SCHEDULE_DELAY: value }), {})
    })
  }
})

suite('the sampler', () => {
  const cases: readonly (readonly [sampler: string, argument: string | undefined, description: string])[] = [
    ['', undefined, 'ParentBased{root=AlwaysOnSampler'],
    ['always_on', undefined, 'AlwaysOnSampler'],
    ['always_off', undefined, 'AlwaysOffSampler'],
    ['traceidratio', '0.25', 'TraceIdRatioBased{0.25}'],
    ['traceidratio', '2', 'TraceIdRatioBased{1}'],
    ['traceidratio', ' ', 'TraceIdRatioBased{1}'],
    ['parentbased_always_off', undefined, 'ParentBased{root=AlwaysOffSampler'],
    ['parentbased_traceidratio', '0', 'ParentBased{root=TraceIdRatioBased{0}'],
    ['no_such_sampler', undefined, 'ParentBased{root=AlwaysOnSampler'],
  ]
  for (const [sampler, argument, description] of cases) {
    test(`${sampler || 'no sampler'} ${argument ?? ''}: ${description}`, () => {
      const env = {
        OTEL_TRACES_SAMPLER: sampler,
        ...(argument === undefined ? {} : { OTEL_TRACES_SAMPLER_ARG: argument }),
      }
      assert.ok(samplerOf(env).toString().startsWith(description), samplerOf(env).toString())
    })
  }
})
