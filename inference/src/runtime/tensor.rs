//! What goes into a graph and comes out of it.

use std::fmt;

use ort::session::SessionInputValue;
use ort::value::{DynValue, Value};

use super::RunError;

/// A dense tensor in row-major order. Its `Debug` shows the shape only: tokens are somebody's text.
#[derive(Clone, PartialEq)]
pub enum Tensor {
    /// 64-bit integers.
    I64 {
        /// Elements along each axis.
        shape: Vec<i64>,
        /// As many elements as the shape says.
        data: Vec<i64>,
    },
    /// 32-bit floats.
    F32 {
        /// Elements along each axis.
        shape: Vec<i64>,
        /// As many elements as the shape says.
        data: Vec<f32>,
    },
}

impl Tensor {
    /// Integers of this shape.
    pub fn i64(shape: impl Into<Vec<i64>>, data: Vec<i64>) -> Self {
        Self::I64 { shape: shape.into(), data }
    }

    /// Floats of this shape.
    pub fn f32(shape: impl Into<Vec<i64>>, data: Vec<f32>) -> Self {
        Self::F32 { shape: shape.into(), data }
    }

    /// Elements along each axis.
    pub fn shape(&self) -> &[i64] {
        match self {
            Self::I64 { shape, .. } | Self::F32 { shape, .. } => shape,
        }
    }

    /// The elements, if they are integers.
    pub fn into_i64(self) -> Option<Vec<i64>> {
        match self {
            Self::I64 { data, .. } => Some(data),
            Self::F32 { .. } => None,
        }
    }

    /// The elements, if they are floats.
    pub fn into_f32(self) -> Option<Vec<f32>> {
        match self {
            Self::F32 { data, .. } => Some(data),
            Self::I64 { .. } => None,
        }
    }

    pub(super) fn into_input(self) -> ort::Result<SessionInputValue<'static>> {
        Ok(match self {
            Self::I64 { shape, data } => Value::from_array((shape, data))?.into(),
            Self::F32 { shape, data } => Value::from_array((shape, data))?.into(),
        })
    }

    /// Copies an output.
    pub(super) fn from_output(value: &DynValue) -> Result<Self, RunError> {
        if let Ok((shape, data)) = value.try_extract_tensor::<f32>() {
            return Ok(Self::f32(shape.to_vec(), data.to_vec()));
        }
        if let Ok((shape, data)) = value.try_extract_tensor::<i64>() {
            return Ok(Self::i64(shape.to_vec(), data.to_vec()));
        }
        Err(RunError::Failed { reason: format!("an output is {}", value.dtype()) })
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::I64 { .. } => "i64",
            Self::F32 { .. } => "f32",
        };
        write!(f, "{kind}{:?}", self.shape())
    }
}
