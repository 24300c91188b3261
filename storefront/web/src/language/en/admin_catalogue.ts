import { plurals } from '../sentence.ts'

const count = plurals('en')

export const pictures = {
  title: 'Pictures',
  more: 'Drop pictures here, paste them, or choose files. JPEG, PNG, WebP or AVIF, at most 10 MB each.',
  letGo: 'Let go to add them.',
  choose: 'Choose files',
  known: 'This picture is already here',
  tooMany: (max: number) => count(max, { other: 'At most # pictures.' }),
  needAlt: 'Each picture needs a text that says what is on it.',
  alt: (number: string) => `What is on picture ${number}?`,
  first: 'Lists show this one. The text is read out to people who do not see it.',
  focus: (number: string, x: number, y: number) =>
    `Centre of picture ${number}: ${x} % from the left, ${y} % from the top. Arrow keys move it.`,
  focusMore: 'Click what must always be visible',
  square: 'As a square',
  earlier: (number: string) => `Move picture ${number} up`,
  later: (number: string) => `Move picture ${number} down`,
  remove: (number: string) => `Remove picture ${number}`,
  sending: (file: string) => `Sending ${file}`,
  waiting: 'waiting',
  processing: 'preparing …',
  cancel: (file: string) => `Cancel ${file}`,
  dismiss: (file: string) => `Dismiss ${file}`,
  /** By the code of the problem. */
  refused: {
    body_too_large: 'The file is larger than 10 MB.',
    media_format_unsupported: 'This is no JPEG, PNG, WebP or AVIF.',
    media_size_refused: 'The picture is too small, too large, or a narrow strip.',
    media_animated: 'Animated pictures are not accepted.',
    media_unreadable: 'The file is damaged or incomplete.',
    media_not_processed: 'The picture could not be prepared. Try another file.',
    media_store_unavailable: 'Pictures cannot be stored at the moment.',
  },
}

export const groups = {
  needsOption: 'A group needs at least one option.',
}
