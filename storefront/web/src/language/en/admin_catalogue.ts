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
  title: 'Groups of variants',
  all: 'All groups',
  more: 'Products that come in several sizes, colours or the like. Each variant has its own price, stock and SKU.',
  notShown: 'We could not show the groups',
  notSaved: 'We could not save the group',
  none: 'No groups yet',
  noneMore: 'Make one for a product that comes in several versions.',
  new: 'New group',
  newMore: 'It begins as a draft. Variants, pictures and prices follow on its page.',
  create: 'Create the group',
  needsOption: 'A group needs at least one option.',
  optionsMore: 'In what the variants differ. Enter adds a value; the shop shows them in this order.',
  optionTexts: { name: 'Option', values: 'Its values', add: 'Add an option' },
  onSale: 'Variants on sale',
  variants: 'Variants',
  caption: 'Variants of this group',
  noVariants: 'No variants yet.',
  generate: 'Add missing variants',
  generateMore: (all: number) =>
    count(all, {
      one: 'The saved options have # combination. It is added, unless it is there.',
      other: 'The saved options have # combinations. Those without a variant are added.',
    }),
  tooManyCombinations: (all: number, max: number) =>
    `${count(all, { other: '# combinations' })}: ${count(max, { other: 'a group has at most # variants.' })}`,
  skuPattern: 'SKU pattern',
  skuPatternMore:
    '{1} is the value of the first option, {1:3} its first three letters, {n} a number. Empty: no SKU.',
  skuRepeated: (sku: string) => `Several variants would get ${sku}. Use the values of all options, or {n}.`,
  notGenerated: 'We could not add the variants',
  nothingMissing: 'No combination is missing.',
  added: (added: string, all: string) => `${added} of ${all} added.`,
  notAdded: (n: number) => count(n, { one: '# was not added', other: '# were not added' }),
  remove: 'Remove this group',
  removeMore: (n: number) =>
    count(n, {
      one: 'The group is removed from the catalogue with its variant on sale and those that are drafts. None can be ordered any more.',
      other:
        'The group is removed from the catalogue with its # variants on sale and those that are drafts. None can be ordered any more.',
    }),
  removeOrders:
    'Existing orders keep names and prices. What is reserved for orders that have not shipped stays reserved: they can still be shipped or cancelled.',
  generateYes: 'Add them',
}

const products = (n: number) => count(n, { one: '# product', other: '# products' })
export const bulk = {
  title: 'Chosen products',
  chosen: (n: number) => count(n, { other: '# chosen' }),
  clear: 'Choose none',
  kinds: {
    price: 'Price',
    stock: 'Stock',
    status: 'Visibility',
    categories: 'Categories',
    remove: 'Remove',
  },
  asking: {
    price: (n: number) => `Change the price of ${products(n)}`,
    stock: (n: number) => `Adjust the stock of ${products(n)}`,
    status: (n: number) => `Change the visibility of ${products(n)}`,
    categories: (n: number) => `Change the categories of ${products(n)}`,
    remove: (n: number) => `Remove ${products(n)}?`,
  },
  submit: {
    price: (n: number) => `Change ${products(n)}`,
    stock: (n: number) => `Adjust ${products(n)}`,
    status: (n: number) => `Change ${products(n)}`,
    categories: (n: number) => `Change ${products(n)}`,
    remove: (n: number) => `Remove ${products(n)}`,
  },
  by: 'By how much',
  byMore: 'For example 10 or -2.50.',
  unit: 'In',
  percent: 'percent',
  preview: (name: string, before: string, after: string) => `${name}: ${before} becomes ${after}.`,
  unitsMore: 'For example 12 or -3. It goes through the ledger.',
  needsChange: 'A number other than 0, such as 10 or -2.50.',
  needsUnits: 'A whole number other than 0.',
  noSuchPrice: 'This price cannot be changed by that much.',
  replaceCategories: 'Take them out of their other categories',
  summary: (changed: number, same: number, left: number) =>
    [
      count(changed, { other: '# changed.' }),
      ...(same > 0 ? [count(same, { other: '# were like that already.' })] : []),
      ...(left > 0 ? [count(left, { other: '# not started.' })] : []),
    ].join(' '),
  conflicts: (n: number) => `${products(n)} edited by someone else`,
  conflictsMore: 'Nothing was changed. Trying again changes them as they are now.',
  refused: (n: number) => `${products(n)} not changed`,
}

export const views = {
  title: 'Columns and saved views',
  columns: 'Columns',
  saved: 'Saved views',
  name: 'Name of this view',
  save: 'Save view',
  forget: (name: string) => `Forget ${name}`,
}

export const filters = {
  statuses: { all: 'On sale or not', published: 'On sale', draft: 'Drafts', scheduled: 'Scheduled' },
  stocks: {
    all: 'Any stock',
    out: 'Sold out',
    low: (most: number) => count(most, { other: '1 to # left' }),
  },
  allCategories: 'All categories',
  reduced: 'Reduced',
}
