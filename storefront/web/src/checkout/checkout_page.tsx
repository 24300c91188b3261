import { useState } from 'react'
import { Link } from 'react-router'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { useAnswer } from '../api/use_answer.ts'
import { useCart } from '../cart/use_cart.ts'
import { buying } from '../language/buying_texts.ts'
import { t } from '../language/texts.ts'
import { RequireUser } from '../session/require_user.tsx'
import { useSession } from '../session/use_session.ts'
import { browserStorage } from '../storage.ts'
import { Icon } from '../ui/icon.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { buyerNow } from './attempt.ts'
import { CheckoutForm } from './checkout_form.tsx'
import { checkoutSettingsQuery } from './checkout_queries.ts'

export default function CheckoutPage() {
  const { user } = useSession()
  const { lines } = useCart()
  const { data: settings, error, refetch } = useAnswer(checkoutSettingsQuery)
  const owner = buyerNow(browserStorage, user?.id)
  // A session that ends here is begun again: what it has sent may be bought already.
  const [began] = useState(user)
  if (began && !user) return <RequireUser />
  return (
    <div className="page grid max-w-3xl gap-6 pt-6 sm:pt-10">
      <div className="grid gap-3">
        <Link
          to="/cart"
          className="-ms-2 inline-flex min-h-11 items-center gap-2 justify-self-start rounded-md px-2 text-sm font-semibold text-soft hover:text-ink"
        >
          <Icon name="left" />
          {buying.back}
        </Link>
        <PageTitle title={buying.title}>{buying.title}</PageTitle>
      </div>
      {user === undefined && (
        <p className="text-soft">
          {buying.guest.note}{' '}
          <Link to={`${PAGE.signIn}?next=/checkout`} className="font-semibold text-accent underline">
            {buying.guest.signIn}
          </Link>
        </p>
      )}
      {settings ? (
        <CheckoutForm key={owner} owner={owner} lines={lines} settings={settings} />
      ) : error ? (
        <ProblemNotice error={error} title={t.failed.checkCart} retry={refetch} />
      ) : (
        <>
          <Loading what={buying.title} />
          <Skeleton className="h-64 rounded-xl" />
        </>
      )}
    </div>
  )
}
