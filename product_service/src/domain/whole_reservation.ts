/** Whether what a store gave is a reservation: its checks do not see what is in its JSON. */
import type { Reservation } from './reservation.ts'

/** The reservation itself. Throws what is wrong with it. */
export function wholeReservation(reservation: Reservation): Reservation {
  const isGood = reservation.lines.every(
    (line) => typeof line?.productId === 'string' && Number.isSafeInteger(line.quantity),
  )
  if (!isGood) throw new Error('its lines are not those of a reservation')
  return reservation
}
