terraform {
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

provider "microstack" {}
