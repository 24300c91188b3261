/** Who ordered: an account, or the e-mail address of someone without one; with a way to their orders. */
import { Link } from 'react-router'
import { PAGE } from '../../../../src/http/page_addresses.ts'
import type { Order } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { Typed } from '../../ui/typed.tsx'
import { Name } from '../names.tsx'

export function BuyerName({ order: { guest, checkout, user_id, erased_at } }: { order: Order }) {
  if (guest && erased_at !== undefined) return admin.payment.erased
  return guest && checkout ? <Typed>{checkout.email}</Typed> : <Name id={user_id} />
}

export function BuyerLink({ order }: { order: Order }) {
  const { guest, checkout, user_id, erased_at } = order
  return (
    <Link
      to={
        guest && checkout && erased_at === undefined ? ordersOfEmail(checkout.email) : ordersOfUser(user_id)
      }
      className="font-semibold text-accent hover:underline [overflow-wrap:anywhere]"
    >
      <BuyerName order={order} />
    </Link>
  )
}

export const ordersOfUser = (id: string) => `${PAGE.adminBuyer}?user=${id}`
export const ordersOfEmail = (email: string) => `${PAGE.adminBuyer}?email=${encodeURIComponent(email)}`
