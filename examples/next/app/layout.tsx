import type { ReactNode } from "react";

export const metadata = { title: "What is that sound?" };
export const viewport = { colorScheme: "light dark" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
