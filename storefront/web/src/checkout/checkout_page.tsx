import { Link } from 'react-router'
import { useAnswer } from '../api/use_answer.ts'
import { useCart } from '../cart/use_cart.ts'
import { buying } from '../language/buying_texts.ts'
import { t } from '../language/texts.ts'
import { useSession } from '../session/use_session.ts'
import { Icon } from '../ui/icon.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { CheckoutForm } from './checkout_form.tsx'
import { checkoutSettingsQuery } from './checkout_queries.ts'

export default function CheckoutPage() {
  const { user } = useSession()
  const { lines } = useCart()
  const { data: settings, error, refetch } = useAnswer(checkoutSettingsQuery)
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
      {settings && user ? (
        <CheckoutForm user={user} lines={lines} settings={settings} />
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
