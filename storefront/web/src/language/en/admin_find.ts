import { plurals } from '../sentence.ts'

const count = plurals('en')

export const find = {
  title: 'Find orders',
  more: 'By number, by e-mail address, or by the name of a customer or a product.',
  label: 'Number, customer or product',
  submit: 'Find',
  none: 'No orders found.',
  noneOf: 'None of this name.',
  order: 'Order',
  customer: 'Customer',
  customers: 'Orders of a customer',
  products: 'Orders of a product',
}

export const slips = {
  title: 'Packing slips',
  kind: 'Packing slip',
  print: 'Print',
  none: 'No order chosen',
  noneMore: 'Choose in the list of orders which ones you pack.',
  of: (number: string) => `Packing slip of ${number}`,
  units: (n: number) => count(n, { one: '# unit in all', other: '# units in all' }),
}
