/** The lines of the icons, on 24 units. This file imports nothing, so that the gateway can import it. */
export const PATHS = {
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 4 4',
  bag: 'M6 8h12l1 12H5L6 8Zm3 0V7a3 3 0 0 1 6 0v1',
  orders: 'M7 4h10a1 1 0 0 1 1 1v15l-3-2-3 2-3-2-3 2V5a1 1 0 0 1 1-1Zm2.5 5h5m-5 4h5',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  close: 'm6 6 12 12M18 6 6 18',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  warning: 'M12 4 2.8 19.5h18.4L12 4Zm0 6v4.5m0 2.7v.1',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Zm0 7.5v5.5m0-8.7v.1',
  left: 'M19 12H5m6-6-6 6 6 6',
  right: 'M5 12h14m-6-6 6 6-6 6',
  up: 'M12 19V5m-6 6 6-6 6 6',
  down: 'M12 5v14m6-6-6 6-6-6',
  picture: 'M4 5h16v14H4V5Zm0 11 5-5 4 4 3-3 4 4M15.5 9.5v.1',
  first: 'M6 5v14M19 12h-9m4-5-5 5 5 5',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Zm0 4v5l3 2',
  truck:
    'M3 6h11v10H3V6Zm11 4h4l3 3v3h-7M7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm10 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  gift: 'M4 10h16v10H4V10Zm-1-4h18v4H3V6Zm9 0v14M12 6c-1-3-5-3.5-5-1.5S10 6 12 6Zm0 0c1-3 5-3.5 5-1.5S14 6 12 6Z',
  back: 'M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3',
  offline:
    'M4 4l16 16M2.5 9.5A15 15 0 0 1 7 6.7m4-1.1a15 15 0 0 1 10.5 3.9M6 13a9.5 9.5 0 0 1 4-2.2m4.5.2A9.5 9.5 0 0 1 18 13m-6 5.5v.1',
  gear: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Zm0-5.5V6m0 12v2.5M3.5 12H6m12 0h2.5M6 6l1.7 1.7m8.6 8.6L18 18m0-12-1.7 1.7m-8.6 8.6L6 18',
  enlarge: 'M14 4h6v6m0-6-7 7M10 20H4v-6m0 6 7-7',
  chevron: 'm9 6 6 6-6 6',
  filter: 'M4 7h16M7 12h10m-7 5h4',
  trash: 'M5 7h14M10 7V5h4v2m-7 0 1 13h8l1-13m-7 4v5m4-5v5',
} as const

export type IconName = keyof typeof PATHS
/** These point along the line, so they are mirrored where it runs from right to left. */
export const DIRECTED: readonly IconName[] = ['left', 'right', 'first', 'back', 'truck', 'chevron']
