/**
 * The page at each address (src/http/page_addresses.ts). The catalogue is in the first chunk; each other page is a chunk
 * of its own, loaded on demand or ahead. The admin pages have their own routes (admin/routes.tsx) and chunks.
 */
import { matchPath, Route, Routes } from 'react-router'
import { PAGE } from '../../src/http/page_addresses.ts'
import { tabSession } from './api/shop.ts'
import { addTexts } from './language/switch.ts'
import { Layout } from './layout/layout.tsx'
import { NotFound } from './layout/not_found.tsx'
import { fetchCode, type Load, onDemand } from './on_demand.ts'
import { RequireBuyer } from './session/require_buyer.tsx'
import { RequireUser } from './session/require_user.tsx'
import { isAdmin } from './session/roles.ts'
import { CataloguePage } from './shop/catalogue_page.tsx'
import { withBuyingTexts } from './with_buying_texts.ts'

const toProduct = () => import('./shop/product_page.tsx')
const toCategory = () => import('./shop/category_page.tsx')
const toCart = () => import('./cart/cart_page.tsx')
const toLegal = () => import('./pages/legal_page.tsx')
const toWithdraw = withBuyingTexts(() => import('./withdrawal/withdraw_page.tsx'))
const toSignIn = withOwnTexts(() => import('./account/sign_in_page.tsx'))
const toAccount = withOwnTexts(() => import('./account/account_page.tsx'))
const toForgotPassword = withOwnTexts(() => import('./account/forgot_page.tsx'))
const toResetPassword = withOwnTexts(() => import('./account/reset_page.tsx'))
const toVerifyEmail = withOwnTexts(() => import('./account/verify_page.tsx'))
const toOrders = () => import('./orders/orders_page.tsx')
const toOrder = withBuyingTexts(() => import('./orders/order_page.tsx'))
const toFindOrder = withOwnTexts(() => import('./account/find_order_page.tsx'))
const toCheckout = withBuyingTexts(() => import('./checkout/checkout_page.tsx'))
const toAdmin = async () => {
  const [routes] = await Promise.all([
    import('./admin/routes.tsx'),
    import('./language/admin_texts.ts').then(({ adminTexts }) => addTexts(adminTexts)),
  ])
  return routes
}

/** The pages of an account have texts of their own. */
function withOwnTexts(load: Load): Load {
  return async () => {
    const texts = import('./language/own_texts.ts').then(({ ownTexts }) => addTexts(ownTexts))
    return (await Promise.all([load(), texts]))[0]
  }
}

export const fetchProductPage = () => fetchCode(toProduct)
export const fetchCategoryPage = () => fetchCode(toCategory)

/** Of pages whose code is not in the first chunk. */
const CODE: readonly (readonly [address: string, load: Load])[] = [
  [PAGE.category, toCategory],
  [PAGE.product, toProduct],
  [PAGE.cart, toCart],
  [PAGE.checkout, toCheckout],
  [PAGE.legal, toLegal],
  [PAGE.withdraw, toWithdraw],
  [PAGE.signIn, toSignIn],
  [PAGE.forgotPassword, toForgotPassword],
  [PAGE.resetPassword, toResetPassword],
  [PAGE.verifyEmail, toVerifyEmail],
  [PAGE.orders, toOrders],
  [PAGE.order, toOrder],
  [PAGE.findOrder, toFindOrder],
  [PAGE.account, toAccount],
]

/** Loads the code of the page at this address. */
export async function fetchPageAt(pathname: string): Promise<void> {
  if (matchPath(`${PAGE.admin}/*`, pathname)) {
    if (!isAdmin(tabSession.user())) return
    const inside = import('./admin/routes.tsx').then(({ fetchAdminPage }) => fetchAdminPage(pathname))
    await Promise.all([fetchCode(toAdmin), inside])
    return
  }
  const [, load] = CODE.find(([address]) => matchPath(address, pathname)) ?? []
  if (load) await fetchCode(load)
}

/** Loads the code of the buyer's pages, so that they open at once, and offline. */
export const fetchBuyersPages = () =>
  Promise.allSettled([
    ...[toProduct, toCategory, toCart, toSignIn, toOrders, toOrder, toCheckout, toAccount].map(fetchCode),
    import('./shop/filters.tsx'),
    import('./ui/toaster.tsx'),
  ])

const CategoryPage = onDemand(toCategory)
const ProductPage = onDemand(toProduct)
const CartPage = onDemand(toCart)
const LegalPage = onDemand(toLegal)
const WithdrawPage = onDemand(toWithdraw)
const SignInPage = onDemand(toSignIn)
const AccountPage = onDemand(toAccount)
const ForgotPasswordPage = onDemand(toForgotPassword)
const ResetPasswordPage = onDemand(toResetPassword)
const VerifyEmailPage = onDemand(toVerifyEmail)
const OrdersPage = onDemand(toOrders)
const OrderPage = onDemand(toOrder)
const FindOrderPage = onDemand(toFindOrder)
const CheckoutPage = onDemand(toCheckout)
const AdminRoutes = onDemand(toAdmin)

export function AppRoutes() {
  return (
    <Routes>
      <Route element={<Layout />}>
        <Route index element={<CataloguePage />} />
        <Route path={PAGE.category} element={<CategoryPage />} />
        <Route path={PAGE.product} element={<ProductPage />} />
        <Route path={PAGE.cart} element={<CartPage />} />
        <Route path={PAGE.legal} element={<LegalPage />} />
        <Route path={PAGE.withdraw} element={<WithdrawPage />} />
        <Route path={PAGE.signIn} element={<SignInPage />} />
        <Route path={PAGE.forgotPassword} element={<ForgotPasswordPage />} />
        <Route path={PAGE.resetPassword} element={<ResetPasswordPage />} />
        <Route path={PAGE.verifyEmail} element={<VerifyEmailPage />} />
        <Route path={PAGE.checkout} element={<CheckoutPage />} />
        <Route path={PAGE.findOrder} element={<FindOrderPage />} />
        <Route path={PAGE.order} element={<RequireBuyer />}>
          <Route index element={<OrderPage />} />
        </Route>
        <Route element={<RequireUser />}>
          <Route path={PAGE.orders} element={<OrdersPage />} />
          <Route path={PAGE.account} element={<AccountPage />} />
        </Route>
        <Route path={PAGE.admin} element={<RequireUser admin />}>
          <Route path="*" element={<AdminRoutes />} />
          <Route index element={<AdminRoutes />} />
        </Route>
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  )
}
