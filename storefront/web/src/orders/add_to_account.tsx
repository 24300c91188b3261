/** Of an order that was placed without an account: how its buyer finds it again, and that it may be added to an account. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { dataOf, ShopProblem, shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { buying } from '../language/buying_texts.ts'
import { useSession } from '../session/use_session.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { toast } from '../ui/toast.ts'
import { orderToken, tokenHeader } from './order_token.ts'

export function AddToAccount({ order }: { order: Order }) {
  const { user } = useSession()
  // An admin sees it, too, but cannot have it.
  if (!order.guest || orderToken(order.id) === undefined) return null
  return (
    <section aria-label={buying.guest.title} className="grid gap-3 rounded-xl bg-surface p-5 shadow-rest">
      <h2 className="font-semibold">{buying.guest.title}</h2>
      <p className="text-soft">{buying.guest.more}</p>
      {user ? (
        <Add order={order} />
      ) : (
        <ButtonLink to={`${PAGE.signIn}?next=/orders/${order.id}`} className="justify-self-start">
          {buying.guest.signInToAdd}
        </ButtonLink>
      )}
    </section>
  )
}

function Add({ order: { id } }: { order: Order }) {
  const queries = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      dataOf(shop.orders.PUT('/orders/{id}/account', { params: { path: { id } }, ...tokenHeader(id) })),
    onSuccess: () => {
      toast({ title: buying.guest.added })
      // That makes no version, so what is known is not newer.
      return queries.invalidateQueries({ queryKey: ['mine', 'orders'] })
    },
  })
  return (
    <>
      <Refused error={error} />
      <Button busy={isPending} onClick={() => mutate()} className="justify-self-start">
        {buying.guest.add}
      </Button>
    </>
  )
}

function Refused({ error }: { error: unknown }) {
  if (!error) return null
  const code = error instanceof ShopProblem ? String(error.code) : ''
  if (code === 'email_not_verified') {
    return (
      <Notice
        live
        tone="warn"
        title={buying.guest.notVerified}
        action={
          <ButtonLink size="sm" to={PAGE.account}>
            {buying.guest.toAccount}
          </ButtonLink>
        }
      >
        <p>{buying.guest.notVerifiedMore}</p>
      </Notice>
    )
  }
  if (code === 'email_differs') {
    return (
      <Notice live tone="warn" title={buying.guest.differs}>
        <p>{buying.guest.differsMore}</p>
      </Notice>
    )
  }
  return <ProblemNotice error={error} title={buying.guest.notAdded} />
}
