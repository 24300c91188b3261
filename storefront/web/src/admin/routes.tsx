/** The shopkeeper's pages: everything below /admin, loaded only there, and each page when it is first wanted. */
import { lazy, Suspense } from 'react'
import { Route, Routes, useLocation } from 'react-router'
import { ErrorBoundary } from '../layout/error_boundary.tsx'
import { NotFound } from '../layout/not_found.tsx'
import { AdminNav } from './admin_nav.tsx'
import { AdminPageSkeleton } from './parts.tsx'

const DashboardPage = lazy(() => import('./dashboard/dashboard_page.tsx'))
const ProductsPage = lazy(() => import('./products/products_page.tsx'))
const ProductPage = lazy(() => import('./products/product_page.tsx'))
const BoardPage = lazy(() => import('./orders/board_page.tsx'))
const OrderPage = lazy(() => import('./orders/order_page.tsx'))
const PeoplePage = lazy(() => import('./people/people_page.tsx'))
const SystemPage = lazy(() => import('./system/system_page.tsx'))

export default function AdminRoutes() {
  const { pathname } = useLocation()
  return (
    <>
      <AdminNav />
      <ErrorBoundary key={pathname}>
        <Suspense fallback={<AdminPageSkeleton />}>
          <Routes>
            <Route index element={<DashboardPage />} />
            <Route path="products" element={<ProductsPage />} />
            <Route path="products/:id" element={<ProductPage />} />
            <Route path="orders" element={<BoardPage />} />
            <Route path="orders/:id" element={<OrderPage />} />
            <Route path="people" element={<PeoplePage />} />
            <Route path="system" element={<SystemPage />} />
            <Route path="*" element={<NotFound />} />
          </Routes>
        </Suspense>
      </ErrorBoundary>
    </>
  )
}
