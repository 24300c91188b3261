/** Metrics of reservations: size and duration of batches, and the outcome of each reservation. */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { BATCH_MAX, type Reservation } from '../domain/reservation.ts'

const SIZE_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, BATCH_MAX]
const DURATION_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

export type ReservationMetrics = {
  observeBatch(reservations: readonly Reservation[], seconds: number): void
}

export function createReservationMetrics(metrics: Metrics): ReservationMetrics {
  const size = metrics.histogram('reservation_batch_size', 'Reservations in one call.', SIZE_BUCKETS)
  const duration = metrics.histogram(
    'reservation_batch_duration_seconds',
    'Time from a batch to its durable commit.',
    DURATION_BUCKETS_SECONDS,
  )
  const outcomes = metrics.counter(
    'reservation_outcomes_total',
    'Answers to reservations, repeated ones included: held, released, shipped, or the reason of the rejection.',
    ['outcome'],
  )
  return {
    observeBatch(reservations, seconds) {
      size.observe(reservations.length)
      duration.observe(seconds)
      for (const each of reservations) {
        outcomes.inc({ outcome: each.status === 'rejected' ? each.reason : each.status })
      }
    },
  }
}
