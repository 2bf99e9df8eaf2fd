// Line drawings, 20 by 20.
export const CHAT =
  "M4 4.5h12A1.5 1.5 0 0 1 17.5 6v7a1.5 1.5 0 0 1-1.5 1.5H9L5.5 17.5v-3H4A1.5 1.5 0 0 1 2.5 13V6A1.5 1.5 0 0 1 4 4.5Z";
export const DOWN = "m5 8 5 5 5-5";
export const BACK = "m12 5-5 5 5 5";
export const CROSS = "m5 5 10 10M15 5 5 15";
export const SEND = "M3.5 4 17 10 3.5 16l1.8-6-1.8-6ZM5.3 10H11";
export const SPARK =
  "M9 3c.5 3.8 2.2 5.5 6 6-3.8.5-5.5 2.2-6 6-.5-3.8-2.2-5.5-6-6 3.8-.5 5.5-2.2 6-6ZM15.5 13c.2 1.7.8 2.3 2.5 2.5-1.7.2-2.3.8-2.5 2.5-.2-1.7-.8-2.3-2.5-2.5 1.7-.2 2.3-.8 2.5-2.5Z";
export const PERSON = "M13 6.8a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM4 17c.4-3.4 2.7-5 6-5s5.6 1.6 6 5";
export const STAR = "m10 2.8 2.2 4.6 5 .7-3.6 3.5.9 5-4.5-2.4-4.5 2.4.9-5L2.8 8.1l5-.7L10 2.8Z";
export const CHECK = "m4 10.5 4 4 8-9";
export const CHECKS = "m2 10.5 3.4 3.4 6.3-7M9.3 13.2l.8.7 7-7.4";
export const CLOCK = "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4.2l2.6 1.6";
export const ALERT = "M10 3 18 16.5H2L10 3ZM10 8v4M10 14.2v.2";
