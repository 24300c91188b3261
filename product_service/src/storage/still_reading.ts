import { Problem } from '@shop/service_kit/runtime/problem'

/** Of lists, until the catalogue is in memory. */
export const stillReading = () =>
  new Problem('store_unavailable', 'The catalogue is still being read into memory; try again in a moment.')
