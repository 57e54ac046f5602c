// The field app: forms are filled in and sent from a phone, with or without a network.
import "../styles/tokens.css";
import "../styles/base.css";
import "./field.css";
import "./form.css";
import { start } from "./app.js";

start();
