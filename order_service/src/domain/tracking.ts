/** How a parcel is followed. It is given when the order ships, and may be corrected later: neither makes a version. */
export type Tracking = {
  /** null: not said. */
  readonly carrier: string | null
  readonly number: string
}

export const CARRIER_LENGTH_MAX = 60
export const TRACKING_NUMBER_LENGTH_MAX = 60

export const isSameTracking = (one: Tracking | undefined, other: Tracking | undefined): boolean =>
  one?.carrier === other?.carrier && one?.number === other?.number

/** As one text, for the audit log. */
export const trackingText = ({ carrier, number }: Tracking): string =>
  carrier === null ? number : `${carrier} ${number}`
