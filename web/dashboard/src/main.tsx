// Starts the dashboard.
import { render } from "preact";
import { App } from "./App.tsx";
import { startWorker } from "./alerts/desktop.ts";
import { countInFavicon } from "./alerts/favicon.ts";
import { watchForAlerts } from "./alerts/watch.ts";
import "./state/looking.ts";
import "./state/theme.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/list.css";
import "./styles/chat.css";
import "./styles/later.css";
import "./styles/files.css";
import "./styles/rich.css";
import "./styles/cards.css";
import "./styles/avatars.css";
import "./styles/overlays.css";
import "./styles/pages.css";
import "./styles/tools.css";
import "./styles/last.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
watchForAlerts();
countInFavicon();
startWorker();
