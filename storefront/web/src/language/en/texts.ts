import { account, fault, passwords, roles, signIn } from './account.ts'
import { common, layout, loading } from './common.ts'
import { order, orders, rejections, status, statusActions } from './orders.ts'
import { failed, problems } from './problems.ts'
import { cart, catalogue, checkout, home, picture, product, stock } from './shopping.ts'

export const en = {
  common,
  loading,
  layout,
  catalogue,
  home,
  stock,
  picture,
  product,
  cart,
  checkout,
  status,
  statusActions,
  rejections,
  orders,
  order,
  roles,
  account,
  signIn,
  fault,
  passwords,
  failed,
  problems,
}

/** Other languages have the same texts. */
export type Texts = typeof en
