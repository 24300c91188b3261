import type { ReactNode } from 'react'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('en')

export const products = {
  title: 'Products',
  new: 'New product',
  notShown: 'We could not show the products',
  nothing: 'Nothing matches',
  nothingMore: 'Try fewer or other words.',
  searchFor: (words: string) => `Search for “${words}”`,
  noneSoFar: 'None found so far',
  noneSoFarMore: 'There are many products. The search can go on where it stopped.',
  searchOn: 'Search on',
  none: 'No products yet',
  noneMore: 'Add the first one.',
  removed: (name: ReactNode) => sentence`${name} was removed from the catalogue`,
  notRemoved: 'The product was not removed',
  justEdited: 'Someone has just edited it. Look at it again first.',
  removeAsk: (name: ReactNode) => sentence`Remove ${name}?`,
  thisProduct: 'this product',
  remove: 'Remove this product',
  removeVariantMore:
    'This variant is removed from its group and can no longer be ordered; the other variants stay. Existing orders keep its name and price.',
  removeReserved: (n: number) =>
    count(n, {
      one: '# unit is reserved for orders that have not shipped: they can still be shipped or cancelled.',
      other: '# units are reserved for orders that have not shipped: they can still be shipped or cancelled.',
    }),
  removeYes: 'Remove it',
  removeMore:
    'It is removed from the catalogue and can no longer be ordered. Existing orders keep its name and price.',
}

export const productPage = {
  notShown: 'We could not show this product',
  all: 'All products',
  inShop: 'See it in the shop',
  gone: 'Someone has removed this product',
  goneMore:
    'It is no longer in the catalogue, and changes cannot be saved. You can still copy what you typed.',
  free: 'Free to sell',
  reserved: 'Reserved',
  reservedMore: 'promised, not yet shipped',
  byWhom: 'by whom',
  edit: 'Edit',
  priceAndStock: 'Price, stock and numbers',
  ofGroup: (group: ReactNode) =>
    sentence`A variant has the address, the categories and the attributes of ${group}.`,
  itsGroup: 'its group',
  save: 'Save changes',
  saved: 'Saved',
  notSaved: 'We could not save the product',
  undo: 'Undo',
  stockHint: 'Sets the number in stock. If units are sold in the meantime, you are asked first.',
  mergedAndSaved: 'Merged and saved',
}

export const newProduct = {
  more: 'It can be bought as soon as it is saved.',
  notShown: 'We could not show the form',
  added: (name: ReactNode) => sentence`${name} is in the catalogue`,
  cancel: 'Leave it',
  save: 'Save product',
}

export const grid = {
  caption: 'Products',
  columns: {
    name: 'Name',
    sku: 'SKU',
    price: 'Price',
    stock: 'Stock',
    reserved: 'Reserved',
    status: 'Visibility',
    changed: 'Changed',
  },
  chooseAll: 'Choose all of this page',
  choose: (name: string) => `Choose ${name}`,
  changed: 'Changed',
  actions: 'Actions',
  notSaved: (name: ReactNode) => sentence`${name} was not saved`,
  open: (name: string) => `Open ${name}`,
  remove: (name: string) => `Remove ${name}`,
  cellOf: (field: string, name: string) => `${field} of ${name}`,
  cell: (field: string, value: string) => `${field} ${value}, edit`,
  keys: 'Use the arrow keys to move. Enter edits a cell and saves it; Escape discards the edit.',
}

export const conflict = {
  title: 'Someone else changed this product',
  categories: (n: number) => count(n, { one: '# category', other: '# categories' }),
  more: 'Nothing was saved yet. The merged version keeps both changes where it can.',
  notSaved: 'We could not save the merged product',
  keepTheirs: 'Keep theirs',
  save: 'Save merged',
  both: 'Both of you changed it',
  onlyThey: 'Only they changed it',
  onlyYou: 'Only you changed it',
  itWas: (text: string, before: ReactNode) => sentence`${text}; it was ${before}.`,
  stockMerged: 'Merged changes their count by as much as you changed yours.',
  yours: 'Yours',
  theirs: 'Theirs',
  merged: 'Merged',
  emptyText: '(empty)',
  quoted: (text: string) => `“${text}”`,
}

export const stock = {
  title: 'Adjust the stock',
  add: 'Add',
  take: 'Take',
  addReasons: ['Delivery', 'Returned', 'Found'],
  takeReasons: ['Damaged', 'Lost', 'Own use'],
  howMany: 'How many? A whole number from 1.',
  atMost: (max: number) => count(max, { other: 'A whole number, at most #.' }),
  needsReason: 'Please give a reason. The ledger shows it.',
  now: (name: ReactNode, n: number) => sentence`${name}: ${count(n, { other: '# in stock' })}`,
  subjects: { delta: 'The number of units', reason: 'The reason' },
  direction: 'Direction',
  units: 'Units',
  reason: 'Reason',
  hint: (n: number) => count(n, { other: '# now' }),
  hintAfter: (n: number, after: string) => `${count(n, { other: '# now' })}, ${after}`,
  tooFew: 'not enough to take that many',
  tooMany: (max: number) => count(max, { other: 'at most #' }),
  after: (n: number) => count(n, { other: '# after this' }),
  submitAdd: 'Add to the stock',
  submitTake: 'Take from the stock',
  notEnough: 'There is not enough stock',
  notEnoughMore: (n: number) =>
    count(n, {
      one: 'Only # is free to sell; reserved units belong to orders.',
      other: 'Only # are free to sell; reserved units belong to orders.',
    }),
  lost: 'The answer was lost',
  lostMore: 'Send it again as it is: it counts only once.',
  notAdjusted: 'We could not adjust the stock',
  ledger: 'Ledger',
  ledgerNotShown: 'We could not show the ledger',
  ledgerLoading: 'Loading the ledger …',
  ledgerEmpty: 'No entries yet: the product started without stock, and none was added.',
  older: 'Older entries',
  sinceBeginning: 'since the beginning',
  ofNewest: (n: number) => count(n, { other: 'of the newest # entries' }),
  summary: (span: string, since: string, lowest: string, highest: string, now: string) =>
    `Stock ${span}, from ${since}: between ${lowest} and ${highest}, now ${now}.`,
  ledgerCaption: 'Entries of the ledger, newest first',
  change: 'Change',
  stockThen: 'Stock then',
  why: 'Why',
  customer: 'Customer',
  movements: {
    initial: 'First stock',
    sale: 'Order',
    release: 'Order cancelled',
    return: 'Return',
    adjustment: 'Adjustment',
    edit: 'Set by an edit',
  },
}
