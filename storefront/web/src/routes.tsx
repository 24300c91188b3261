/**
 * The page at each address (src/http/page_addresses.ts). The catalogue is in the first chunk; each other page is a chunk
 * of its own, loaded on demand or ahead. The admin pages have their own routes (admin/routes.tsx) and chunks.
 */
import { lazy } from 'react'
import { Route, Routes } from 'react-router'
import { PAGE } from '../../src/http/page_addresses.ts'
import { addTexts } from './language/switch.ts'
import { Layout } from './layout/layout.tsx'
import { NotFound } from './layout/not_found.tsx'
import { RequireUser } from './session/require_user.tsx'
import { CataloguePage } from './shop/catalogue_page.tsx'

export const fetchProductPage = () => import('./shop/product_page.tsx')
export const fetchCategoryPage = () => import('./shop/category_page.tsx')
const toFilters = () => import('./shop/filters.tsx')
const toCart = () => import('./cart/cart_page.tsx')
const toSignIn = withOwnTexts(() => import('./account/sign_in_page.tsx'))
const toAccount = withOwnTexts(() => import('./account/account_page.tsx'))
const toForgotPassword = withOwnTexts(() => import('./account/forgot_page.tsx'))
const toResetPassword = withOwnTexts(() => import('./account/reset_page.tsx'))
const toVerifyEmail = withOwnTexts(() => import('./account/verify_page.tsx'))
const toOrders = () => import('./orders/orders_page.tsx')
const toOrder = () => import('./orders/order_page.tsx')
const toasts = () => import('./ui/toaster.tsx')

/** The pages of an account have texts of their own. */
function withOwnTexts<Page>(load: () => Promise<Page>): () => Promise<Page> {
  return async () => {
    const texts = import('./language/own_texts.ts').then(({ ownTexts }) => addTexts(ownTexts))
    return (await Promise.all([load(), texts]))[0]
  }
}

/** Loads the code of the buyer's pages, so that they open at once, and offline. */
export const fetchBuyersPages = () =>
  Promise.allSettled(
    [
      fetchProductPage,
      fetchCategoryPage,
      toFilters,
      toCart,
      toSignIn,
      toOrders,
      toOrder,
      toAccount,
      toasts,
    ].map((load) => load()),
  )

const CategoryPage = lazy(fetchCategoryPage)
const ProductPage = lazy(fetchProductPage)
const CartPage = lazy(toCart)
const LegalPage = lazy(() => import('./pages/legal_page.tsx'))
const SignInPage = lazy(toSignIn)
const AccountPage = lazy(toAccount)
const ForgotPasswordPage = lazy(toForgotPassword)
const ResetPasswordPage = lazy(toResetPassword)
const VerifyEmailPage = lazy(toVerifyEmail)
const OrdersPage = lazy(toOrders)
const OrderPage = lazy(toOrder)
const AdminRoutes = lazy(async () => {
  const [routes] = await Promise.all([
    import('./admin/routes.tsx'),
    import('./language/admin_texts.ts').then(({ adminTexts }) => addTexts(adminTexts)),
  ])
  return routes
})

export function AppRoutes() {
  return (
    <Routes>
      <Route element={<Layout />}>
        <Route index element={<CataloguePage />} />
        <Route path={PAGE.category} element={<CategoryPage />} />
        <Route path={PAGE.product} element={<ProductPage />} />
        <Route path={PAGE.cart} element={<CartPage />} />
        <Route path={PAGE.legal} element={<LegalPage />} />
        <Route path={PAGE.signIn} element={<SignInPage />} />
        <Route path={PAGE.forgotPassword} element={<ForgotPasswordPage />} />
        <Route path={PAGE.resetPassword} element={<ResetPasswordPage />} />
        <Route path={PAGE.verifyEmail} element={<VerifyEmailPage />} />
        <Route element={<RequireUser />}>
          <Route path={PAGE.orders} element={<OrdersPage />} />
          <Route path={PAGE.order} element={<OrderPage />} />
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
